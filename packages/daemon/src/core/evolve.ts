/** How an event changes the state. Total: whatever was decided can be applied. */
import { reduceTask, type Task, type TaskEvent } from "@claudine/protocol";
import { noteChange } from "./batches.ts";
import { setGroup } from "./groups.ts";
import { learnFrom } from "./kinds.ts";
import { indexTask } from "./indexes.ts";
import type { State } from "./state.ts";

/** Applies `event` in place; `before` is the task it is about, from the state or the store. Gives the task after it. */
export function evolve(state: State, event: TaskEvent, before: Task | undefined): Task | undefined {
  state.lastSeq = event.seq;
  if (event.type === "group.changed") setGroup(state, event);
  if (event.type === "group.removed") state.groups.delete(event.name);
  if (!("id" in event)) return undefined;
  const after = reduceTask(before, event);
  if (event.type === "task.submitted") state.nextId = Math.max(state.nextId, event.id + 1);
  indexTask(state, before, after);
  if (event.type === "task.changed" && event.changes.batch !== undefined) noteChange(state, event.changes.batch);
  if (event.type === "run.finished" && after !== undefined) learnFrom(state.kinds, after);
  if (before !== undefined) state.counts[before.status.state] -= 1;
  if (after !== undefined) state.counts[after.status.state] += 1;
  return after;
}
