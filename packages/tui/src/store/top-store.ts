/** The state behind the screen, outside React: folds what the daemon tells and what the keys ask into one scene after the other. */
import { actionOf } from "../keys.ts";
import type { Look } from "../theme.ts";
import { isTooSmall, type Size } from "../view/layout.ts";
import { Acting, type Wish } from "./acting.ts";
import { compose, settle } from "./compose.ts";
import { Errands } from "./errands.ts";
import { Model } from "./model.ts";
import { Pace } from "./pace.ts";
import { answerPrompt, pasteText } from "./prompt-keys.ts";
import { Readings } from "./readings.ts";
import type { Scene } from "./scene.ts";
import { Seen, type SeenPort } from "./seen.ts";
import { ShellRunner } from "./shell-runner.ts";
import { surroundingsOf } from "./surroundings.ts";
import type { Clock, Recorder, Shell, Source } from "./source.ts";
import type { Surroundings } from "./moving.ts";
import { FIRST_UI, type UiState } from "./ui-state.ts";

/** Data moves the screen at most this often; keys move it at once. */
const FRAME_MS = 400;

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
  readonly #readings: Readings;
  readonly #errands: Errands;
  readonly #shell: ShellRunner;
  readonly #acting: Acting;
  readonly #pace: Pace;
  readonly #listeners = new Set<() => void>();
  #ui: UiState;
  #size: Size;
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
    this.#readings = new Readings({
      source,
      clock,
      wall,
      changed,
      model: this.#model,
      waiting: () => this.#waitingInSight(),
      failed: (why) => this.#errands.say(why, "bad"),
    });
    const isAway = () => this.#readings.connection.state === "lost";
    this.#errands = new Errands({ source, clock: wall, isAway, changed });
    this.#shell = this.#makeShell(ports, changed);
    this.#acting = this.#makeActing(ports);
    this.#scene = this.#compose();
  }

  readonly scene = (): Scene => this.#scene;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#readings.start();
  }

  /** Resolves when what was still to be removed is removed, or cannot be. */
  async stop(): Promise<void> {
    this.#readings.stop();
    this.#pace.stop();
    this.#shell.stop();
    await this.#errands.finish();
  }

  /** After the end: why what was to be removed is still there. */
  get undone(): string | null {
    return this.#errands.undone;
  }

  /** @param key a name as `keyName` makes it */
  press(key: string): void {
    const { page } = this.#ui;
    // What cannot be seen must not be acted on.
    if (isTooSmall(this.#size)) return key === "q" || key === "ctrl+c" ? this.#acting.act("quit") : undefined;
    this.#errands.hush();
    const { ui, deed, run, pass } = answerPrompt(this.#ui, key, this.#shell.verbs);
    this.#change(ui);
    if (deed !== undefined) void this.#errands.carryOut(deed);
    if (run !== undefined) this.#shell.run(run, this.#acting.targetIds());
    const action = pass === true ? actionOf(key, page) : undefined;
    if (action !== undefined) this.#acting.act(action);
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

  #makeShell({ shell, wish }: StorePorts, changed: () => void): ShellRunner {
    return new ShellRunner({
      shell,
      readOnly: this.#ui.readOnly,
      changed,
      say: (text, style) => this.#errands.say(text, style),
      hush: () => this.#errands.hush(),
      open: () => this.#change({ ...this.#ui, page: "output", textTop: 0 }),
      lend: (until) => wish({ kind: "lend", until }),
      width: () => this.#size.columns,
    });
  }

  #makeActing({ recorder, wish, clock }: StorePorts): Acting {
    return new Acting({
      model: this.#model,
      errands: this.#errands,
      shell: this.#shell,
      recorder,
      wish,
      now: clock.now,
      ui: () => this.#ui,
      change: (ui) => this.#change(ui),
      scene: this.scene,
      surroundings: () => this.#surroundings(),
    });
  }

  #change(ui: UiState): void {
    const before = this.#ui;
    this.#ui = ui;
    const arranged = ["sort", "filter", "byGroup", "group"] as const;
    if (arranged.some((name) => ui[name] !== before[name])) this.#model.arrange(ui);
  }

  #publish(): void {
    this.#scene = this.#compose();
    this.#readings.hurry();
    for (const listener of this.#listeners) listener();
  }

  #compose(): Scene {
    this.#ui = settle(this.#ui, this.#model, this.#size);
    if (this.#readings.follow(this.#ui, this.#size)) this.#ui = { ...this.#ui, logTop: null };
    return compose({
      model: this.#model,
      ui: this.#ui,
      size: this.#size,
      now: this.#ports.clock.now(),
      connection: this.#readings.connection,
      wallNow: (this.#ports.wall ?? this.#ports.clock).now(),
      log: this.#readings.log,
      side: this.#readings.side,
      output: this.#shell.state,
      verbs: this.#shell.verbs,
      recorder: this.#ports.recorder?.state() ?? null,
      notice: this.#errands.notice,
      leaving: this.#errands.leaving,
      reserve: this.#readings.reserve,
    });
  }

  #waitingInSight(): number[] {
    return this.#scene.rows.filter(({ task }) => task.status.state === "queued").map(({ task }) => task.id);
  }

  #surroundings(): Surroundings {
    const { look } = this.#ports;
    return surroundingsOf({ model: this.#model, ui: this.#ui, scene: this.#scene, log: this.#readings.log, look });
  }
}
