/** Which queued task starts next. */
import { compareRanks, rankOf } from "@claudine/protocol/rank";
import type { EventBody, Task } from "@claudine/protocol";
import type { Capacity } from "./capacity.ts";
import { lacking, park, unitsFor } from "./counted.ts";
import { groupOf, slotsOf, totalSlotsOf, widthOf, type GroupState } from "./groups.ts";
import type { State } from "./state.ts";

/** So many tasks for which the machine has no room are passed over by smaller ones, and none for longer than this. */
const PASSED_OVER_AT_MOST = 32;
const PASSED_OVER_MS_MAX = 600_000;

export type AdmissionFacts = { state: State; wall: number; capacity: Capacity };

/** The admission of the next task that fits, or undefined. */
export function admission(facts: AdmissionFacts): EventBody | undefined {
  const { state, capacity } = facts;
  let best: { task: Task; group: GroupState } | undefined;
  for (const group of state.groups.values()) {
    const task = headOf(facts, group);
    if (task === undefined || !fits(state, group, widthOf(state, task))) continue;
    if (best === undefined || comesBefore(state, { task, group }, best)) best = { task, group };
  }
  if (best === undefined) return undefined;
  capacity.admitted(best.task);
  return admit(state, best.task);
}

/** With what the run gets: its slots stay its own, however many its group has later. */
export function admit(state: State, task: Task): EventBody {
  const units = unitsFor(state, task);
  const slots = widthOf(state, task);
  return {
    type: "run.admitted",
    id: task.id,
    attempt: task.attempt + 1,
    ...(units === undefined ? {} : { units }),
    ...(slots === 1 ? {} : { slots }),
  };
}

/** The first in a group's line for which everything is there; those before it go to wait for what they lack. */
function headOf(facts: AdmissionFacts, group: GroupState): Task | undefined {
  const { state } = facts;
  while (!group.paused) {
    const id = group.ready.peek();
    const task = id === undefined ? undefined : state.live.get(id);
    if (task === undefined) return undefined;
    const [lack] = lacking(state, task);
    if (lack !== undefined) park(state, task, lack.name);
    else if (!fits(state, group, widthOf(state, task)) || facts.capacity.lack(task) === undefined) return task;
    else if (!passOver(facts, group, task)) return undefined;
  }
  return undefined;
}

/** False when it has waited long enough: then the room that becomes free is kept for it. */
function passOver({ state, wall }: AdmissionFacts, group: GroupState, task: Task): boolean {
  if (task.status.state !== "queued" || wall - task.status.since > PASSED_OVER_MS_MAX) return false;
  if (state.waiting.short.size >= PASSED_OVER_AT_MOST) return false;
  group.ready.delete(task.id);
  state.waiting.short.add(task.id);
  return true;
}

/** Those passed over are looked at again, in their order. */
export function reconsider(state: State): void {
  for (const id of state.waiting.short) {
    const task = state.live.get(id);
    if (task !== undefined) groupOf(state, task.group).ready.set(id, rankOf(task, state.settings));
  }
  state.waiting.short.clear();
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
