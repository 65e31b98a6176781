/** A clock that stands until a test turns it. */
import type { Clock } from "../store/source.ts";
import { NOW } from "./make-task.ts";

export class FakeClock implements Clock {
  #now = NOW;
  #timers: { at: number; run: () => void }[] = [];

  readonly now = (): number => this.#now;

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Lets time pass; what is due runs in order, with room for promises in between. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#timers.toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined || next.at > until) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((one) => one !== next);
      next.run();
    }
    this.#now = until;
    await settled();
  }
}

/** Everything that was ready to go on has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
