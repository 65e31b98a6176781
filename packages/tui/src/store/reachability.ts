/** Whether the daemon is there, and whether it answers: one that hangs keeps its connections. */
import type { ConnectionChange } from "@claudine/client";
import type { Connection } from "./scene.ts";

/** It is asked once a second, and answers at once as long as it is well. */
const QUIET_MS = 5000;

export class Reachability {
  readonly #now: () => number;
  #lost: Extract<Connection, { state: "lost" }> | null = null;
  #heardAt: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#heardAt = now();
  }

  changed(change: ConnectionChange): void {
    this.#lost = change.state === "connected" ? null : { state: "lost", since: this.#now(), why: change.why };
    this.heard();
  }

  /** It has said something. */
  heard(): void {
    this.#heardAt = this.#now();
  }

  get connection(): Connection {
    if (this.#lost !== null) return this.#lost;
    const isQuiet = this.#now() - this.#heardAt >= QUIET_MS;
    return isQuiet ? { state: "silent", since: this.#heardAt } : { state: "up" };
  }
}
