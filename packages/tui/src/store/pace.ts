/** Lets something happen at once, but not again before an interval has passed; what comes in between happens at its end. */
import type { Clock } from "./source.ts";

export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #run: () => void;
  #lastAt = Number.NEGATIVE_INFINITY;
  #callOff: (() => void) | undefined;

  constructor(clock: Clock, intervalMs: number, run: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  /** Soon, at the pace. */
  request(): void {
    if (this.#callOff !== undefined) return;
    const wait = this.#lastAt + this.#intervalMs - this.#clock.now();
    if (wait <= 0) this.now();
    else this.#callOff = this.#clock.after(wait, () => this.now());
  }

  /** At once, whatever the pace. */
  now(): void {
    this.stop();
    this.#lastAt = this.#clock.now();
    this.#run();
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
