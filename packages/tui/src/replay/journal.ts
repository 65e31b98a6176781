/** The tasks as they were at any moment of a stretch of the journal. */
import type { TaskEvent } from "@claudine/protocol/event";
import { reduceTask } from "@claudine/protocol/reduce";
import type { Task } from "@claudine/protocol/task";
import { taskBefore } from "./before.ts";

type Tasks = ReadonlyMap<number, Task>;
type Keyframe = { index: number; tasks: Map<number, Task> };

/** Going back folds so many events again, or as many as there are tasks: keeping those takes as long. */
const KEYFRAME_EVERY = 2000;

export class Journal {
  readonly #events: TaskEvent[] = [];
  readonly #keyframes: Keyframe[] = [];
  #last = new Map<number, Task>();
  /** Tasks as they are today, for those of which the journal does not hold the beginning. */
  readonly #today: Tasks;
  readonly #met = new Set<number>();
  /** Those before the first moment, too. */
  readonly groupChanges: Extract<TaskEvent, { type: "group.changed" }>[] = [];

  constructor(today: readonly Task[]) {
    this.#today = new Map(today.map((task) => [task.id, task]));
  }

  get events(): readonly TaskEvent[] {
    return this.#events;
  }

  /** Events in order. Those before `from` are folded and not kept; those about tasks nobody knows any more are left out. */
  add(events: readonly TaskEvent[], from: number): void {
    for (const event of events) {
      if (event.type === "group.changed") this.groupChanges.push(event);
      this.#introduce(event);
      if (isOfTask(event) && event.type !== "task.submitted" && !this.#last.has(event.id)) continue;
      if (event.at >= from) this.#keep(event);
      fold(this.#last, event);
    }
  }

  /** What never met an event has been as it is today all the time. */
  finish(until: number): void {
    const quiet = [...this.#today.values()].filter((task) => !this.#met.has(task.id) && task.createdAt <= until);
    const frames = this.#keyframes.length > 0 ? this.#keyframes : [this.#frame()];
    for (const frame of frames)
      frame.tasks = new Map([...quiet.map((task) => [task.id, task] as const), ...frame.tasks]);
  }

  /** The tasks when everything until then, and nothing later, had happened. */
  tasksAt(at: number): { tasks: Tasks; seq: number; index: number } {
    const index = this.indexAt(at);
    const frame = this.#keyframes.findLast((one) => one.index <= index) ?? this.#frame();
    const tasks = new Map(frame.tasks);
    for (const event of this.#events.slice(frame.index, index)) fold(tasks, event);
    return { tasks, seq: this.#events[index - 1]?.seq ?? 0, index };
  }

  /** How many of the events had happened then. */
  indexAt(at: number): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #keep(event: TaskEvent): void {
    const since = this.#events.length - (this.#keyframes.at(-1)?.index ?? Number.NEGATIVE_INFINITY);
    if (since >= Math.max(KEYFRAME_EVERY, this.#last.size)) this.#frame();
    this.#events.push(event);
  }

  #frame(): Keyframe {
    const frame = { index: this.#events.length, tasks: new Map(this.#last) };
    this.#keyframes.push(frame);
    return frame;
  }

  /** A task whose beginning the journal does not hold was there before, in all keyframes so far. */
  #introduce(event: TaskEvent): void {
    if (!isOfTask(event) || this.#met.has(event.id)) return;
    this.#met.add(event.id);
    const task = event.type === "task.submitted" ? undefined : taskBefore(event, this.#today.get(event.id));
    if (task === undefined) return;
    this.#last.set(task.id, task);
    for (const frame of this.#keyframes) frame.tasks.set(task.id, task);
  }
}

function isOfTask(event: TaskEvent): event is Extract<TaskEvent, { id: number }> {
  return "id" in event && typeof event.id === "number";
}

function fold(tasks: Map<number, Task>, event: TaskEvent): void {
  if (!isOfTask(event)) return;
  const after = reduceTask(tasks.get(event.id), event);
  if (after === undefined) tasks.delete(event.id);
  else tasks.set(event.id, after);
}
