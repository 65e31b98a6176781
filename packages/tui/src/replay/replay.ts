/** The past as a source for the screen: it plays the journal, stands still, goes back, and changes nothing. */
import type { EventBatch } from "@claudine/client";
import { ClaudineError } from "@claudine/protocol/errors";
import type { MethodName, ParamsIn, Result } from "@claudine/protocol/methods";
import type { Clock, Recorder, RecorderState, Source } from "../store/source.ts";
import { answerOfThen } from "./answers.ts";
import type { Past, Range } from "./past.ts";

const TICK_MS = 100;
/** The newest events of then are shown from here on. */
const LEAD_MS = 5 * 60_000;

export type ReplayOptions = { range: Range; at: number; speed: number; playing: boolean };
type Ports = { source: Source; wall: Clock; past: Past };

export class Replay implements Source, Recorder {
  readonly #ports: Ports;
  readonly #range: Range;
  #at: number;
  #speed: number;
  #playing: boolean;
  /** It was set elsewhere since the last batch. */
  #jumped = true;
  #wake: () => void = () => undefined;
  #callOff: () => void = () => undefined;

  constructor(ports: Ports, { range, at, speed, playing }: ReplayOptions) {
    this.#ports = ports;
    this.#range = range;
    this.#at = at;
    this.#speed = speed;
    this.#playing = playing;
    this.#tick(ports.wall.now());
  }

  /** The time of then; what is to happen in a while happens in real time. */
  get clock(): Clock {
    return { now: () => this.#at, after: (ms, run) => this.#ports.wall.after(ms, run) };
  }

  readonly state = (): RecorderState => ({
    ...this.#range,
    at: this.#at,
    speed: this.#speed,
    playing: this.#playing,
    missing: this.#ports.past.missing,
  });

  readonly seek = (toMs: number): void => {
    this.#at = Math.max(this.#range.from, Math.min(this.#range.to, toMs));
    this.#jumped = true;
    this.#wake();
  };

  readonly setSpeed = (speed: number): void => {
    this.#speed = speed;
  };

  readonly setPlaying = (playing: boolean): void => {
    if (playing && this.#at >= this.#range.to) this.seek(this.#range.from);
    this.#playing = playing;
  };

  readonly onConnection: Source["onConnection"] = (listener) => this.#ports.source.onConnection(listener);

  readonly call = async <M extends MethodName>(
    method: M,
    params: ParamsIn<M>,
    options?: { signal?: AbortSignal },
  ): Promise<Result<M>> => {
    const { source, past } = this.#ports;
    const answer = await answerOfThen({ source, past, at: this.#at }, { method, params, options });
    if (answer === undefined) throw new ClaudineError("wrong_state", "Cannot change the past: this is a replay");
    return answer as Result<M>;
  };

  async *events({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<EventBatch, void, undefined> {
    const { journal } = this.#ports.past;
    let index = 0;
    signal?.addEventListener("abort", () => this.#wake());
    while (signal?.aborted !== true) {
      const end = journal.indexAt(this.#at);
      if (this.#jumped) {
        this.#jumped = false;
        const before = journal.tasksAt(this.#at - LEAD_MS);
        // In one piece: nobody is to see the time before.
        const snapshot = { seq: before.seq, tasks: [...before.tasks.values()] };
        yield { snapshot, events: journal.events.slice(before.index, end) };
      } else if (end > index) yield { events: journal.events.slice(index, end) };
      index = end;
      if (!this.#jumped) await this.#next();
    }
  }

  stop(): void {
    this.#callOff();
    this.#wake();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #tick(before: number): void {
    const now = this.#ports.wall.now();
    if (this.#playing) {
      this.#at = Math.min(this.#range.to, this.#at + (now - before) * this.#speed);
      if (this.#at >= this.#range.to) this.#playing = false;
      this.#wake();
    }
    this.#callOff = this.#ports.wall.after(TICK_MS, () => this.#tick(now));
  }
}
