/** All that the screen reads of the daemon: what happens and the load, folded into the model, and the output and details in sight. */
import type { Size } from "../view/layout.ts";
import { layoutOf, type Reserve } from "./compose.ts";
import { readEvents } from "./feed.ts";
import { newestEvents, readReserve } from "./first-reading.ts";
import { LogFollower, type LogState } from "./log-follower.ts";
import type { Model } from "./model.ts";
import { wantedBy } from "./pane-id.ts";
import { Poller } from "./poller.ts";
import { Reachability } from "./reachability.ts";
import type { Connection } from "./scene.ts";
import { SideReader, type SideState } from "./side-reader.ts";
import type { Clock, Source } from "./source.ts";
import { tabWants } from "./surroundings.ts";
import type { UiState } from "./ui-state.ts";

export type ReadingsPorts = {
  source: Source;
  clock: Clock;
  /** For whether the daemon answers, where the clock is of another time. */
  wall: Clock;
  model: Model;
  changed(): void;
  /** The tasks in sight that wait. */
  waiting(): readonly number[];
  /** Why the events could not be read, while the daemon is there. */
  failed(why: string): void;
};

export class Readings {
  readonly #ports: ReadingsPorts;
  readonly #log: LogFollower;
  readonly #side: SideReader;
  readonly #poller: Poller;
  readonly #reach: Reachability;
  readonly #abort = new AbortController();
  #reserve: Reserve | null = null;

  constructor(ports: ReadingsPorts) {
    const { source, clock, wall, changed } = ports;
    this.#ports = ports;
    this.#reach = new Reachability(wall.now);
    this.#log = new LogFollower({ source, clock, changed });
    this.#side = new SideReader({ source, clock, changed });
    this.#poller = this.#makePoller(ports);
  }

  get connection(): Connection {
    return this.#reach.connection;
  }

  get log(): LogState | null {
    return this.#log.state;
  }

  get side(): SideState | null {
    return this.#side.state;
  }

  get reserve(): Reserve | null {
    return this.#reserve;
  }

  start(): void {
    const { source, changed } = this.#ports;
    const end = source.onConnection((change) => {
      this.#reach.changed(change);
      changed();
    });
    this.#abort.signal.addEventListener("abort", end);
    this.#poller.start();
    void this.#readRest();
    void this.#readEvents();
  }

  stop(): void {
    this.#abort.abort();
    this.#poller.stop();
    this.#log.follow(null);
    this.#side.follow(null);
  }

  /** Waiting tasks that have come into sight are asked about before the next second. */
  hurry(): void {
    const { waiting, model } = this.#ports;
    if (waiting().some((id) => !model.reasons.has(id))) this.#poller.hurry();
  }

  /** What is in sight is read as long as it is. @returns whether the output is now that of another task */
  follow(ui: UiState, size: Size): boolean {
    const task = this.#ports.model.entries[ui.cursor]?.task;
    const open = (ui.page === "list" || ui.page === "log") && layoutOf(ui, size).logRows > 0;
    const wanted = open && ui.pane === "log" && task !== undefined && task.attempt > 0;
    const before = this.#log.state?.target.id;
    this.#log.follow(wanted ? { id: task.id, attempt: task.attempt, isAgent: task.agent !== undefined } : null);
    this.#side.follow(open && task !== undefined ? wantedBy(ui.pane, task) : tabWants(ui));
    return before !== this.#log.state?.target.id;
  }

  #makePoller({ source, clock, model, waiting, changed }: ReadingsPorts): Poller {
    const tick = () => {
      model.refresh();
      changed();
    };
    return new Poller({
      source,
      clock,
      wanted: waiting,
      answered: (host, asked) => {
        this.#reach.heard();
        model.applyHost(host, asked);
        tick();
      },
      tick,
    });
  }

  #readEvents(): Promise<void> {
    const { source, clock, model, changed, failed } = this.#ports;
    return readEvents(
      {
        source,
        clock,
        batch: (batch) => {
          this.#reach.heard();
          const whole = model.applyBatch(batch);
          changed();
          return whole;
        },
        failed: (why) => {
          // That the daemon is away stands on the screen already.
          if (this.#reach.connection.state === "up") failed(why);
        },
      },
      this.#abort.signal,
    );
  }

  /** What does not come with the events: the configuration, and what happened before. */
  async #readRest(): Promise<void> {
    const { source, model, changed } = this.#ports;
    this.#reserve = await readReserve(source);
    model.recent.addOlder(await newestEvents(source));
    changed();
  }
}
