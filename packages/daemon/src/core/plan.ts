/** What time and free slots ask for next. Called again after every event until it has nothing more to say. */
import type { EventBody, TaskId } from "@claudine/protocol";
import { slotsOf, type GroupState, type State } from "./state.ts";

/** The next event that is due, or undefined; nothing new is started unless `admit`. */
export function planNext(state: State, now: number, admit: boolean): EventBody | undefined {
  return escalation(state, now) ?? (admit ? admission(state) : undefined);
}

/** When `planNext` has something to say next if nothing else happens, epoch ms. */
export function wakeAt(state: State): number | undefined {
  const id = state.stopping.peek();
  return id === undefined ? undefined : killAtOf(state, id);
}

function escalation(state: State, now: number): EventBody | undefined {
  const id = state.stopping.peek();
  const task = id === undefined ? undefined : state.live.get(id);
  if (task === undefined || !("run" in task.status) || (killAtOf(state, task.id) ?? Infinity) > now) return undefined;
  return { type: "run.escalated", id: task.id, attempt: task.status.run.attempt, signal: "SIGKILL" };
}

function killAtOf(state: State, id: TaskId): number | undefined {
  const status = state.live.get(id)?.status;
  return status !== undefined && "run" in status ? status.run.stopping?.killAt : undefined;
}

function admission(state: State): EventBody | undefined {
  let best: TaskId | undefined;
  for (const group of state.groups.values()) {
    const id = group.ready.peek();
    if (id === undefined || group.running >= slotsOf(state, group)) continue;
    if (best === undefined || comesBefore(state, id, best)) best = id;
  }
  const task = best === undefined ? undefined : state.live.get(best);
  return task === undefined ? undefined : { type: "run.admitted", id: task.id, attempt: task.attempt + 1 };
}

function comesBefore(state: State, a: TaskId, b: TaskId): boolean {
  const [x, y] = [state.live.get(a), state.live.get(b)];
  if (x?.status.state !== "queued" || y?.status.state !== "queued") return false;
  return x.priority === y.priority ? x.status.order < y.status.order : x.priority > y.priority;
}

/** How many runs of a group hold a slot, for people. */
export function slotUse(state: State, group: GroupState): string {
  return `${group.running} of ${slotsOf(state, group)} in use`;
}
