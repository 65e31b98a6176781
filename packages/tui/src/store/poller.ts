/** Asks once a second what the machine and the running tasks use, and why the visible ones wait. */
import type { HostRead } from "./model.ts";
import { Pace } from "./pace.ts";
import type { Clock, Source } from "./source.ts";

const EVERY_MS = 1000;
/** Rows that just came into sight are asked about sooner, but not more often than this. */
const SOONEST_MS = 250;

type Ports = {
  source: Source;
  clock: Clock;
  /** The tasks whose reason for waiting is wanted. */
  wanted(): readonly number[];
  answered(host: HostRead, asked: readonly number[]): void;
  /** Once a second, also when the daemon does not answer. */
  tick(): void;
};

export class Poller {
  readonly #ports: Ports;
  readonly #abort = new AbortController();
  readonly #pace: Pace;
  #asking = false;
  #callOff: () => void = () => undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#pace = new Pace(ports.clock, SOONEST_MS, () => void this.#ask());
  }

  start(): void {
    this.#pace.request();
    this.#callOff = this.#ports.clock.after(EVERY_MS, () => {
      if (this.#asking) this.#ports.tick();
      this.start();
    });
  }

  /** Something new is wanted. */
  hurry(): void {
    if (!this.#asking) this.#pace.request();
  }

  stop(): void {
    this.#callOff();
    this.#pace.stop();
    this.#abort.abort();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const asked = this.#ports.wanted();
      const host = await this.#ports.source.call("host.read", { explain: [...asked] }, { signal: this.#abort.signal });
      if (!this.#abort.signal.aborted) this.#ports.answered(host, asked);
    } catch {
      // The connection's own report says that the daemon is away; the next second asks again.
      if (!this.#abort.signal.aborted) this.#ports.tick();
    } finally {
      this.#asking = false;
    }
  }
}
