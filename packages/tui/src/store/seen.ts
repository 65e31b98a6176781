/** Which failures somebody has looked at: all before a time, and some by their runs. */
import type { Task } from "@claudine/protocol/task";

export type SeenState = { before: number; runs: readonly string[] };

/** Where it is kept between two screens. */
export type SeenPort = { load(): SeenState | undefined; save(state: SeenState): void };

/** Older ones that nobody marked are not news. */
const FIRST_MS = 24 * 3_600_000;
const RUNS_KEPT = 5000;

export class Seen {
  #before: number;
  #runs: Set<string>;
  readonly #port: SeenPort | undefined;

  constructor(now: number, port?: SeenPort) {
    const state = port?.load();
    this.#port = port;
    this.#before = state?.before ?? now - FIRST_MS;
    this.#runs = new Set(state?.runs);
  }

  readonly has = (task: Task): boolean => {
    const { status } = task;
    return !("finishedAt" in status) || status.finishedAt < this.#before || this.#runs.has(runOf(task));
  };

  add(tasks: readonly Task[]): void {
    for (const task of tasks) this.#runs.add(runOf(task));
    this.#runs = new Set([...this.#runs].slice(-RUNS_KEPT));
    this.#save();
  }

  addAll(now: number): void {
    this.#before = now;
    this.#runs.clear();
    this.#save();
  }

  #save(): void {
    this.#port?.save({ before: this.#before, runs: [...this.#runs] });
  }
}

/** Another run of the same task is seen anew. */
function runOf({ uid, attempt }: Task): string {
  return `${uid} ${attempt}`;
}

export function hasFailed({ status }: Task): boolean {
  return status.state === "failed" || status.state === "lost" || status.state === "timed-out";
}
