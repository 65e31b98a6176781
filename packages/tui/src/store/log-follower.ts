/** Reads the output of the chosen task as it grows: one waiting call per stream, ended when another task is chosen. */
import { conversationOf } from "@claudine/client/cli/agents/adapter-of";
import type { Conversation } from "@claudine/client/cli/agents/conversation";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Result } from "@claudine/protocol/methods";
import { formatBytes } from "@claudine/protocol/units";
import { LogBuffer } from "./log-buffer.ts";
import type { Stream } from "./log-text.ts";
import type { Clock, Source } from "./source.ts";

export type LogTarget = {
  id: number;
  attempt: number;
  /** Its stream is shown as the conversation that it is. */
  isAgent: boolean;
};
export type LogState = {
  target: LogTarget;
  buffer: LogBuffer;
  status: "loading" | "live" | "ended" | "failed";
  problem: string | null;
  conversation?: Conversation | undefined;
};

/** Lines read when a task is chosen. */
const TAIL_LINES = 500;
const CHUNK_BYTES = 65_536;
/** Further behind than this, it jumps to the end. */
const FAR_BEHIND_BYTES = 1_048_576;
/** Bounds how long the daemon keeps a call nobody waits for any more. */
const WAIT_MS = 3000;
/** Running through the list must not ask for the log of every row. */
const SETTLE_MS = 80;
const RETRY_MS = 1000;
const TOO_FAST = "it comes faster than it can be shown";

type Ports = { source: Source; clock: Clock; changed: () => void };
type Piece = Result<"log.read">;

export class LogFollower {
  readonly #ports: Ports;
  #state: LogState | null = null;
  #end: () => void = () => undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  get state(): LogState | null {
    return this.#state;
  }

  /** Null for nothing; the same target again changes nothing. */
  follow(target: LogTarget | null): void {
    const now = this.#state?.target;
    if (now?.id === target?.id && now?.attempt === target?.attempt) return;
    this.#end();
    this.#state = target === null ? null : { target, buffer: new LogBuffer(), status: "loading", problem: null };
    if (this.#state !== null) this.#begin(this.#state, SETTLE_MS);
  }

  #begin(state: LogState, delayMs: number): void {
    const abort = new AbortController();
    const callOff = this.#ports.clock.after(delayMs, () => void this.#run(state, abort.signal));
    this.#end = () => {
      callOff();
      abort.abort();
    };
  }

  async #run(state: LogState, signal: AbortSignal): Promise<void> {
    try {
      if (state.target.isAgent) await this.#converse(state);
      const [out, err] = await Promise.all([this.#tail(state, "stdout", signal), this.#tail(state, "stderr", signal)]);
      if (signal.aborted) return;
      this.#state = state;
      this.#take(state, "stdout", out);
      this.#take(state, "stderr", err);
      state.buffer.partial ||= out.offset > 0 || err.offset > 0;
      this.#mark(state, "live");
      await Promise.all([
        this.#grow(state, "stdout", { at: out, signal }),
        this.#grow(state, "stderr", { at: err, signal }),
      ]);
      if (!signal.aborted) this.#mark(state, "ended");
    } catch (error) {
      if (!signal.aborted) this.#fail(state, error);
    }
  }

  /** What was left of a line does not go on after a gap. */
  async #converse(state: LogState): Promise<void> {
    const { id, attempt } = state.target;
    state.conversation = await conversationOf(this.#ports.source, { id, attempt, color: true });
  }

  /** An unreachable daemon is asked again, and what was read stays until it answers; anything else is final. */
  #fail(state: LogState, error: unknown): void {
    if (error instanceof ClaudineError && (error.code === "unavailable" || error.code === "shutting_down")) {
      this.#begin({ ...state, buffer: new LogBuffer(), status: "loading" }, RETRY_MS);
      return;
    }
    state.problem = error instanceof Error ? error.message : String(error);
    this.#mark(state, "failed");
  }

  #tail({ target }: LogState, stream: Stream, signal: AbortSignal): Promise<Piece> {
    const { id, attempt } = target;
    return this.#ports.source.call("log.read", { id, attempt, stream, tailLines: TAIL_LINES }, { signal });
  }

  async #grow(state: LogState, stream: Stream, from: { at: Piece; signal: AbortSignal }): Promise<void> {
    const { signal } = from;
    let at = from.at;
    while (!at.eof && !signal.aborted) {
      if (at.size - at.nextOffset > FAR_BEHIND_BYTES) {
        at = await this.#tail(state, stream, signal);
        state.buffer.gap(stream, TOO_FAST);
        if (state.target.isAgent) await this.#converse(state);
      } else {
        const { id, attempt } = state.target;
        const params = { id, attempt, stream, offset: at.nextOffset, maxBytes: CHUNK_BYTES, waitMs: WAIT_MS };
        at = await this.#ports.source.call("log.read", params, { signal });
      }
      if (!signal.aborted) this.#take(state, stream, at);
    }
  }

  #take(state: LogState, stream: Stream, piece: Piece): void {
    if (piece.leftOut > 0) state.buffer.gap(stream, `${formatBytes(piece.leftOut)} are not kept`);
    if (piece.data === "") return;
    const bytes = Buffer.from(piece.data, piece.encoding);
    const shown = stream === "stdout" ? (state.conversation?.take(bytes) ?? bytes) : bytes;
    if (shown.length > 0) state.buffer.push(stream, shown);
    this.#ports.changed();
  }

  #mark(state: LogState, status: LogState["status"]): void {
    state.status = status;
    this.#ports.changed();
  }
}
