/** The state behind the screen, outside React: folds what the daemon tells and what the keys ask into one scene after the other. */
import { actionOf, type Action, type RecorderAction, type TaskVerb } from "../keys.ts";
import type { Look } from "../theme.ts";
import { isTooSmall, type Size } from "../view/layout.ts";
import { compose, layoutOf, settle, type Reserve } from "./compose.ts";
import { Errands } from "./errands.ts";
import { readEvents } from "./feed.ts";
import { LogFollower } from "./log-follower.ts";
import { Model } from "./model.ts";
import { Pace } from "./pace.ts";
import { wantedBy } from "./pane-id.ts";
import { Poller } from "./poller.ts";
import { answerPrompt, pasteText } from "./prompt-keys.ts";
import { newestEvents, readReserve } from "./first-reading.ts";
import type { Connection, Scene } from "./scene.ts";
import { hasFailed, Seen, type SeenPort } from "./seen.ts";
import { ShellRunner } from "./shell-runner.ts";
import { SideReader } from "./side-reader.ts";
import { surroundingsOf, tabWants } from "./surroundings.ts";
import type { Clock, Recorder, Shell, Source } from "./source.ts";
import { FIRST_UI, reduceUi, type Surroundings, type UiState } from "./ui-state.ts";
import { answerTo, VERBS } from "./verbs.ts";
import { groupDeed, steer } from "./tab-deeds.ts";

/** Data moves the screen at most this often; keys move it at once. */
const FRAME_MS = 400;

/** What the program around the screen does. */
export type Wish =
  | { kind: "quit"; code: number }
  | { kind: "suspend" }
  | { kind: "redraw" }
  /** Somebody else has the terminal until then. */
  | { kind: "lend"; until(): Promise<void> };

export type StorePorts = {
  source: Source;
  clock: Clock;
  /** For what people wait for, where the clock is of another time. */
  wall?: Clock;
  look: Look;
  size: Size;
  wish(wish: Wish): void;
  /** What is chosen when the screen opens. */
  first?: Partial<UiState>;
  shell?: Shell;
  seen?: SeenPort;
  recorder?: Recorder;
};

export class TopStore {
  readonly #ports: StorePorts;
  readonly #model: Model;
  readonly #log: LogFollower;
  readonly #side: SideReader;
  readonly #poller: Poller;
  readonly #errands: Errands;
  readonly #shell: ShellRunner;
  readonly #pace: Pace;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  #ui: UiState;
  #size: Size;
  #reserve: Reserve | null = null;
  #connection: Connection = { state: "up" };
  #scene: Scene;

  constructor(ports: StorePorts) {
    const { source, clock, wall = clock } = ports;
    this.#ports = ports;
    this.#size = ports.size;
    this.#ui = { ...FIRST_UI, recorder: ports.recorder !== undefined, ...ports.first };
    this.#model = new Model(clock.now, { seen: new Seen(clock.now(), ports.seen) });
    this.#model.arrange(this.#ui);
    const changed = () => this.#pace.request();
    this.#pace = new Pace(wall, FRAME_MS, () => this.#publish());
    this.#log = new LogFollower({ source, clock, changed });
    this.#side = new SideReader({ source, clock, changed });
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
    const isAway = () => this.#connection.state === "lost";
    this.#errands = new Errands({ source, clock: wall, isAway, changed });
    this.#shell = new ShellRunner({
      shell: ports.shell,
      readOnly: this.#ui.readOnly,
      changed,
      say: (text, style) => this.#errands.say(text, style),
      hush: () => this.#errands.hush(),
      open: () => this.#change({ ...this.#ui, page: "output", textTop: 0 }),
      lend: (until) => ports.wish({ kind: "lend", until }),
      width: () => this.#size.columns,
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
    void this.#readRest();
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

  /** Resolves when what was still to be removed is removed. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#poller.stop();
    this.#pace.stop();
    this.#log.follow(null);
    this.#side.follow(null);
    this.#shell.stop();
    await this.#errands.finish();
  }

  /** @param key a name as `keyName` makes it */
  press(key: string): void {
    const { page } = this.#ui;
    // What cannot be seen must not be acted on.
    if (isTooSmall(this.#size)) return key === "q" || key === "ctrl+c" ? this.#act("quit") : undefined;
    this.#errands.hush();
    const { ui, deed, run, pass } = answerPrompt(this.#ui, key, this.#shell.verbs);
    this.#change(ui);
    if (deed !== undefined) void this.#errands.carryOut(deed);
    if (run !== undefined) this.#shell.run(run, this.#targetIds());
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
    const { wish, recorder } = this.#ports;
    if (action === "quit" || action === "interrupt") wish({ kind: "quit", code: action === "quit" ? 0 : 130 });
    else if (action === "suspend" || action === "redraw") wish({ kind: action });
    else if (isVerb(action)) this.#ask(action);
    else if (action === "undo") this.#errands.undo();
    else if (action === "edit") this.#edit();
    else if (action === "seen") this.#see();
    else if (action === "all-seen") this.#seeAll();
    else if (isSteering(action)) this.#steer(action, recorder);
    else if (action === "read" && this.#ui.page === "groups") this.#openGroup();
    else if (action === "back" && this.#shell.interrupt(this.#ui.page)) return;
    else {
      if (action === "read") this.#see();
      this.#change(reduceUi(this.#ui, action, this.#surroundings()));
    }
  }

  #steer(action: RecorderAction, recorder: Recorder | undefined): void {
    if (recorder === undefined) return this.#errands.say("That is for claudine top --at and --replay", "dim");
    steer(recorder, action);
  }

  #ask(verb: TaskVerb): void {
    if (this.#ui.readOnly) return this.#errands.say("Not done: this screen is read-only", "warn");
    if (this.#ui.page === "groups") return this.#askGroup(verb);
    const tasks = this.#scene.targets;
    const [task] = tasks;
    if (task === undefined) return this.#errands.say("There is no task to act on", "dim");
    const answer = answerTo(verb, tasks);
    // From here on the cursor stays with this task, whatever comes to the top.
    const selected = this.#ui.tagged.size > 0 ? this.#ui.selected : task.id;
    const prompt = answer.kind === "ask" ? { kind: answer.prompt, ids: answer.ids } : null;
    this.#change({ ...this.#ui, selected, prompt });
    if (answer.kind === "no") this.#errands.say(answer.why, "warn");
    if (answer.kind === "deed") void this.#errands.carryOut(answer.deed);
    if (answer.kind === "later") this.#errands.removeLater(answer.ids, answer.deed);
  }

  #askGroup(verb: TaskVerb): void {
    const group = this.#scene.groups[this.#ui.tabCursor];
    const deed = group === undefined ? undefined : groupDeed(verb, group);
    if (deed !== undefined) void this.#errands.carryOut(deed);
  }

  #openGroup(): void {
    const group = this.#scene.groups[this.#ui.tabCursor]?.name ?? null;
    this.#change({ ...this.#ui, page: "list", under: "list", group, selected: null, cursor: 0 });
  }

  #edit(): void {
    if (this.#ui.readOnly) return this.#errands.say("Not done: this screen is read-only", "warn");
    this.#shell.runVerb("edit", this.#targetIds());
  }

  #see(): void {
    this.#model.seen.add(this.#scene.targets.filter(hasFailed));
    this.#model.refresh();
  }

  #seeAll(): void {
    this.#model.seen.addAll(this.#ports.clock.now());
    this.#model.arrange(this.#ui);
  }

  #targetIds(): number[] {
    return this.#scene.targets.map(({ id }) => id);
  }

  #change(ui: UiState): void {
    const before = this.#ui;
    this.#ui = ui;
    const arranged = ["sort", "filter", "byGroup", "group"] as const;
    if (arranged.some((name) => ui[name] !== before[name])) this.#model.arrange(ui);
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
    this.#follow();
    return compose({
      model: this.#model,
      ui: this.#ui,
      size: this.#size,
      now: this.#ports.clock.now(),
      connection: this.#connection,
      log: this.#log.state,
      side: this.#side.state,
      output: this.#shell.state,
      verbs: this.#shell.verbs,
      recorder: this.#ports.recorder?.state() ?? null,
      notice: this.#errands.notice,
      leaving: this.#errands.leaving,
      reserve: this.#reserve,
    });
  }

  /** What is in sight is read as long as it is. */
  #follow(): void {
    const ui = this.#ui;
    const task = this.#model.entries[ui.cursor]?.task;
    const open = (ui.page === "list" || ui.page === "log") && layoutOf(ui, this.#size).logRows > 0;
    const wanted = open && ui.pane === "log" && task !== undefined && task.attempt > 0;
    const before = this.#log.state?.target.id;
    this.#log.follow(wanted ? { id: task.id, attempt: task.attempt } : null);
    if (before !== this.#log.state?.target.id) this.#ui = { ...this.#ui, logTop: null };
    this.#side.follow(open && task !== undefined ? wantedBy(ui.pane, task) : tabWants(ui));
  }

  #waitingInSight(): number[] {
    return this.#scene.rows.filter(({ task }) => task.status.state === "queued").map(({ task }) => task.id);
  }

  /** What does not come with the events: the configuration, and what happened before. */
  async #readRest(): Promise<void> {
    const { source } = this.#ports;
    this.#reserve = await readReserve(source);
    this.#model.recent.addOlder(await newestEvents(source));
    this.#pace.request();
  }

  #surroundings(): Surroundings {
    const { look } = this.#ports;
    return surroundingsOf({ model: this.#model, ui: this.#ui, scene: this.#scene, log: this.#log.state, look });
  }
}

function isVerb(action: Action): action is TaskVerb {
  return VERBS.some((verb) => verb === action);
}

const STEERING: readonly string[] = ["play", "back-10s", "on-10s", "back-1m", "on-1m", "slower", "faster"];
function isSteering(action: Action): action is RecorderAction {
  return STEERING.includes(action);
}
