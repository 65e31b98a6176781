/** The tasks as the events tell them: a snapshot, then one fold per event. */
import type { TaskEvent } from "@claudine/protocol/event";
import { isFinished } from "@claudine/protocol/states";
import { reduceTask } from "@claudine/protocol/reduce";
import type { Task, TaskState } from "@claudine/protocol/task";
import { hasFailed } from "./seen.ts";

/** More finished tasks than this are forgotten, the oldest first. */
const FINISHED_KEPT = 2000;
/** This part of them may be failures older than the rest. */
const FAILED_SHARE = 0.25;

const NO_WORDS: string[] = [];

export type Running = { running: number; used: number };
const NOTHING: Running = { running: 0, used: 0 };

/** What executes says the same as the command, and commands of agents are long. */
function lean<T extends Task | undefined>(task: T): T {
  return task === undefined || task.argv === NO_WORDS ? task : { ...task, argv: NO_WORDS };
}

export class TaskBook {
  #tasks = new Map<number, Task>();
  #counts = new Map<TaskState, number>();
  #running = new Map<string, Running>();
  /** What some task has had, so that columns nobody needs stay away. */
  uses = { labels: false, groups: false, priorities: false, attempts: false };
  /** The greatest id ever seen. */
  lastId = 0;
  readonly #finishedKept: number;

  constructor(finishedKept: number = FINISHED_KEPT) {
    this.#finishedKept = finishedKept;
  }

  get tasks(): ReadonlyMap<number, Task> {
    return this.#tasks;
  }

  count(...states: readonly TaskState[]): number {
    return states.reduce((sum, state) => sum + (this.#counts.get(state) ?? 0), 0);
  }

  /** How many runs of a group there are, and the slots that they take. */
  runningIn(group: string): Running {
    return this.#running.get(group) ?? NOTHING;
  }

  load(tasks: readonly Task[]): void {
    this.#tasks = new Map();
    this.#counts = new Map();
    this.#running = new Map();
    for (const task of tasks) this.#put(task.id, lean(task));
  }

  /** @returns the tasks that changed, undefined for those that are gone; "incomplete" when an event is about a task never seen */
  apply(events: readonly TaskEvent[]): Map<number, Task | undefined> | "incomplete" {
    const changed = new Map<number, Task | undefined>();
    for (const event of events) {
      if (!("id" in event)) continue;
      const before = this.#tasks.get(event.id);
      const after = lean(reduceTask(before, event));
      if (after === undefined && before === undefined && event.type !== "task.removed") return "incomplete";
      this.#put(event.id, after);
      changed.set(event.id, after);
    }
    for (const id of this.#overflow()) {
      this.#put(id, undefined);
      changed.set(id, undefined);
    }
    return changed;
  }

  #put(id: number, task: Task | undefined): void {
    const before = this.#tasks.get(id);
    if (before !== undefined) this.#add(before, -1);
    if (task === undefined) {
      this.#tasks.delete(id);
      return;
    }
    this.#add(task, 1);
    this.#tasks.set(id, task);
    this.lastId = Math.max(this.lastId, id);
    if (task.label !== null) this.uses.labels = true;
    if (task.group !== "default") this.uses.groups = true;
    if (task.attempt > 1) this.uses.attempts = true;
    if (task.priority !== 0) this.uses.priorities = true;
  }

  #add({ status, group }: Task, count: number): void {
    this.#counts.set(status.state, (this.#counts.get(status.state) ?? 0) + count);
    if (!("run" in status)) return;
    const { running, used } = this.runningIn(group);
    this.#running.set(group, { running: running + count, used: used + count * (status.run.slots ?? 1) });
  }

  /** Goes a tenth beyond the limit before it clears up, so that the search is rare. */
  #overflow(): number[] {
    const finished = this.count("succeeded", "failed", "cancelled", "timed-out", "lost", "skipped");
    if (finished <= this.#finishedKept * 1.1) return [];
    const finishedAt = ({ status }: Task) => ("finishedAt" in status ? status.finishedAt : 0);
    const ends = [...this.#tasks.values()]
      .filter((task) => isFinished(task.status.state))
      .sort((one, other) => finishedAt(one) - finishedAt(other));
    // Else the failures would go as soon as enough others have succeeded.
    const stay = new Set(ends.filter(hasFailed).slice(-Math.floor(this.#finishedKept * FAILED_SHARE)));
    return ends
      .filter((task) => !stay.has(task))
      .slice(0, finished - this.#finishedKept)
      .map(({ id }) => id);
  }
}
