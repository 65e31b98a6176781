/** Which queued task starts next. */
import type { EventBody, Task } from "@claudine/protocol";
import { compareRanks } from "./heap.ts";
import { lacking, park, unitsFor } from "./counted.ts";
import { slotsOf, totalSlotsOf, widthOf, type GroupState } from "./groups.ts";
import type { State } from "./state.ts";
import { rankOf } from "./waiting.ts";

/** The admission of the next task that fits, or undefined. */
export function admission(state: State): EventBody | undefined {
  let best: { task: Task; group: GroupState } | undefined;
  for (const group of state.groups.values()) {
    const task = headOf(state, group);
    if (task === undefined || !fits(state, group, widthOf(state, task))) continue;
    if (best === undefined || comesBefore(state, { task, group }, best)) best = { task, group };
  }
  if (best === undefined) return undefined;
  const { id, attempt } = best.task;
  const units = unitsFor(state, best.task);
  return { type: "run.admitted", id, attempt: attempt + 1, ...(units === undefined ? {} : { units }) };
}

/** The first in a group's line that has its resources; those before it that do not go to wait for them. */
function headOf(state: State, group: GroupState): Task | undefined {
  while (!group.paused) {
    const id = group.ready.peek();
    const task = id === undefined ? undefined : state.live.get(id);
    if (task === undefined) return undefined;
    const [lack] = lacking(state, task);
    if (lack === undefined) return task;
    park(state, task, lack.name);
  }
  return undefined;
}

/** A wide task is not overtaken in its group: the slots that become free are kept for it. */
export function fits(state: State, group: GroupState, width: number): boolean {
  return group.used + width <= slotsOf(state, group) && state.used + width <= totalSlotsOf(state);
}

type Candidate = { task: Task; group: GroupState };

/** Groups that compete for the slots of all have equal shares of them; otherwise rank decides. */
function comesBefore(state: State, a: Candidate, b: Candidate): boolean {
  if (totalSlotsOf(state) !== Number.POSITIVE_INFINITY && a.group.used !== b.group.used)
    return a.group.used < b.group.used;
  return compareRanks(rankOf(a.task, state.settings), rankOf(b.task, state.settings)) < 0;
}
