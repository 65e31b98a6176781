/** The state behind the screen, outside React: folds what the daemon tells and what the keys ask into one scene after the other. */
import { actionOf, type Action } from "../keys.ts";
import type { Look } from "../theme.ts";
import { helpRoom } from "../view/help.ts";
import { isTooSmall, listLayout, scheduleRows, type Size } from "../view/layout.ts";
import { endTop } from "../view/log-pane.ts";
import { compose, layoutOf, settle } from "./compose.ts";
import { Errands } from "./errands.ts";
import { readEvents } from "./feed.ts";
import { LogFollower } from "./log-follower.ts";
import { Model } from "./model.ts";
import { Pace } from "./pace.ts";
import { Poller } from "./poller.ts";
import { answerPrompt, pasteText } from "./prompt-keys.ts";
import type { Connection, Scene } from "./scene.ts";
import type { Clock, Source } from "./source.ts";
import { ScheduleReader } from "./schedule-reader.ts";
import { FIRST_UI, reduceUi, type Surroundings, type UiState } from "./ui-state.ts";
import { answerTo, VERBS, type Verb } from "./verbs.ts";

/** Data moves the screen at most this often; keys move it at once. */
const FRAME_MS = 250;

/** What the program around the screen does. */
export type Wish = { kind: "quit"; code: number } | { kind: "suspend" } | { kind: "redraw" };

export type StorePorts = { source: Source; clock: Clock; look: Look; size: Size; wish(wish: Wish): void };

export class TopStore {
  readonly #ports: StorePorts;
  readonly #model: Model;
  readonly #log: LogFollower;
  readonly #poller: Poller;
  readonly #schedules: ScheduleReader;
  readonly #errands: Errands;
  readonly #pace: Pace;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  #ui: UiState = FIRST_UI;
  #size: Size;
  #connection: Connection = { state: "up" };
  #scene: Scene;

  constructor(ports: StorePorts) {
    const { source, clock } = ports;
    this.#ports = ports;
    this.#size = ports.size;
    this.#model = new Model(clock.now);
    this.#pace = new Pace(clock, FRAME_MS, () => this.#publish());
    this.#log = new LogFollower({ source, clock, changed: () => this.#pace.request() });
    this.#poller = new Poller({
      source,
      clock,
      wanted: () => this.#waitingInSight(),
      answered: (host, asked) => {
        this.#model.applyHost(host, asked);
        this.#tick();
      },
      tick: () => this.#tick(),
    });
    this.#schedules = new ScheduleReader({
      source,
      clock,
      wanted: () => this.#ui.page === "schedules",
      changed: () => this.#pace.request(),
    });
    this.#errands = new Errands({
      source,
      clock,
      isAway: () => this.#connection.state === "lost",
      changed: () => this.#pace.request(),
    });
    this.#scene = this.#compose();
  }

  readonly scene = (): Scene => this.#scene;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    const { source, clock } = this.#ports;
    const end = source.onConnection((change) => {
      this.#connection =
        change.state === "connected" ? { state: "up" } : { state: "lost", since: clock.now(), why: change.why };
      this.#pace.request();
    });
    this.#abort.signal.addEventListener("abort", end);
    this.#poller.start();
    this.#schedules.start();
    void readEvents(
      {
        source,
        clock,
        batch: (batch) => {
          const whole = this.#model.applyBatch(batch);
          this.#pace.request();
          return whole;
        },
        failed: (why) => {
          // That the daemon is away stands on the screen already.
          if (this.#connection.state === "up") this.#errands.say(why, "bad");
        },
      },
      this.#abort.signal,
    );
  }

  stop(): void {
    this.#abort.abort();
    this.#poller.stop();
    this.#schedules.stop();
    this.#pace.stop();
    this.#log.follow(null);
  }

  /** @param key a name as `keyName` makes it */
  press(key: string): void {
    const { page } = this.#ui;
    // What cannot be seen must not be acted on.
    if (isTooSmall(this.#size)) return key === "q" || key === "ctrl+c" ? this.#act("quit") : undefined;
    this.#errands.hush();
    const { ui, deed, pass } = answerPrompt(this.#ui, key);
    this.#change(ui);
    if (deed !== undefined) void this.#errands.carryOut(deed);
    const action = pass === true ? actionOf(key, page) : undefined;
    if (action !== undefined) this.#act(action);
    this.#pace.now();
  }

  paste(text: string): void {
    this.#change(pasteText(this.#ui, text));
    this.#pace.now();
  }

  resize(size: Size): void {
    this.#size = size;
    this.#pace.now();
  }

  #act(action: Action): void {
    if (action === "quit" || action === "interrupt")
      this.#ports.wish({ kind: "quit", code: action === "quit" ? 0 : 130 });
    else if (action === "suspend" || action === "redraw") this.#ports.wish({ kind: action });
    else if (isVerb(action)) this.#ask(action);
    else this.#change(reduceUi(this.#ui, action, this.#surroundings()));
    if (action === "schedules") this.#schedules.look();
  }

  #ask(verb: Verb): void {
    const task = this.#scene.chosen?.task;
    if (task === undefined) return this.#errands.say("There is no task to act on", "dim");
    const answer = answerTo(verb, task);
    // From here on the cursor stays with this task, whatever comes to the top.
    this.#change({
      ...this.#ui,
      selected: task.id,
      prompt: answer.kind === "ask" ? { kind: answer.prompt, id: task.id } : null,
    });
    if (answer.kind === "no") this.#errands.say(answer.why, "warn");
    if (answer.kind === "deed") void this.#errands.carryOut(answer.deed);
  }

  #change(ui: UiState): void {
    const before = this.#ui;
    this.#ui = ui;
    if (ui.sort !== before.sort || ui.filter !== before.filter) this.#model.arrange(ui.sort, ui.filter);
  }

  #tick(): void {
    this.#model.refresh();
    this.#pace.request();
  }

  #publish(): void {
    this.#scene = this.#compose();
    if (this.#waitingInSight().some((id) => !this.#model.reasons.has(id))) this.#poller.hurry();
    for (const listener of this.#listeners) listener();
  }

  #compose(): Scene {
    this.#ui = settle(this.#ui, this.#model, this.#size);
    this.#followLog();
    return compose({
      model: this.#model,
      ui: this.#ui,
      size: this.#size,
      now: this.#ports.clock.now(),
      connection: this.#connection,
      log: this.#log.state,
      schedules: this.#schedules.all,
      notice: this.#errands.notice,
    });
  }

  #followLog(): void {
    const task = this.#model.entries[this.#ui.cursor]?.task;
    const wanted = layoutOf(this.#ui, this.#size).logRows > 0 && task !== undefined && task.attempt > 0;
    const before = this.#log.state?.target.id;
    this.#log.follow(wanted ? { id: task.id, attempt: task.attempt } : null);
    if (before !== this.#log.state?.target.id) this.#ui = { ...this.#ui, logTop: null };
  }

  #waitingInSight(): number[] {
    return this.#scene.rows.filter(({ task }) => task.status.state === "queued").map(({ task }) => task.id);
  }

  #surroundings(): Surroundings {
    const { entries } = this.#model;
    const { logRows } = layoutOf(this.#ui, this.#size);
    const room = { rows: logRows, columns: this.#size.columns, wrap: this.#ui.page === "log", look: this.#ports.look };
    const buffer = this.#log.state?.buffer;
    return {
      total: entries.length,
      idAt: (index) => entries[index]?.task.id,
      tableRows: listLayout(this.#size, this.#ui.logOpen).tableRows,
      log: { first: buffer?.range.first ?? 0, endTop: buffer === undefined ? 0 : endTop(buffer, room), rows: logRows },
      helpRoom: helpRoom(this.#size, this.#ports.look),
      schedules: { lines: this.#schedules.all?.length ?? 0, rows: scheduleRows(this.#size) },
    };
  }
}

function isVerb(action: Action): action is Verb {
  return VERBS.some((verb) => verb === action);
}
