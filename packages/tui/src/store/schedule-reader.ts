/** Reads the schedules once a second while somebody looks at them. */
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import type { Clock, Source } from "./source.ts";

const EVERY_MS = 1000;

type Ports = { source: Source; clock: Clock; wanted(): boolean; changed(): void };

export class ScheduleReader {
  readonly #ports: Ports;
  readonly #abort = new AbortController();
  #asking = false;
  #callOff: () => void = () => undefined;
  /** The next to be due first; null before they were read. */
  all: readonly ScheduleInfo[] | null = null;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  start(): void {
    this.#callOff = this.#ports.clock.after(EVERY_MS, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#callOff();
    this.#abort.abort();
  }

  look(): void {
    if (this.#ports.wanted() && !this.#asking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      const { schedules } = await this.#ports.source.call(
        "schedule.list",
        { order: "next" },
        { signal: this.#abort.signal },
      );
      this.all = schedules;
    } catch {
      // The connection's own report says that the daemon is away; the next second asks again.
    } finally {
      this.#asking = false;
      if (!this.#abort.signal.aborted) this.#ports.changed();
    }
  }
}
