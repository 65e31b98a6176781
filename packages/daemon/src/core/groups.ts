/** Groups: their slots, what runs in them, and their lines. */
import type { GroupBudget, Task, TaskId } from "@claudine/protocol";
import { createHeap, type Heap } from "./heap.ts";
import type { State } from "./state.ts";

export type GroupState = {
  name: string;
  /** Set by a person; undefined follows the configuration. */
  slots: number | undefined;
  /** Nothing of it is started. */
  paused: boolean;
  /** What its agents' tasks may spend together. */
  budget: GroupBudget | undefined;
  /** Runs: running and paused. */
  running: number;
  /** Slots these take. */
  used: number;
  /** Queued tasks. */
  queued: number;
  /** Those that wait for nothing but a slot, the next to start first. */
  ready: Heap<TaskId>;
};

export const DEFAULT_GROUP = "default";
/** Names all groups together. */
export const ALL_GROUPS = "*";

export type GroupSeed = { name: string; slots?: number | undefined; paused?: boolean | undefined } & {
  budget?: GroupBudget | undefined;
};

/** Null is the configuration's again, or none. */
type GroupChange = Pick<GroupSeed, "name" | "paused"> & {
  slots?: number | null | undefined;
  budget?: GroupBudget | null | undefined;
};

/** What is not said stays as it is. */
export function setGroup(state: State, { name, slots, paused, budget }: GroupChange): void {
  if (name === ALL_GROUPS) {
    if (slots !== undefined) state.totalSlots = slots ?? undefined;
    return;
  }
  const group = groupOf(state, name);
  if (slots !== undefined) group.slots = slots ?? undefined;
  if (paused !== undefined) group.paused = paused;
  if (budget !== undefined) group.budget = budget ?? undefined;
}

export function groupOf(state: State, name: string): GroupState {
  const known = state.groups.get(name);
  if (known !== undefined) return known;
  if (state.groups.size >= IDLE_GROUPS_FROM) dropIdleGroups(state);
  const group: GroupState = {
    name,
    slots: undefined,
    paused: false,
    budget: undefined,
    running: 0,
    used: 0,
    queued: 0,
    ready: createHeap(),
  };
  state.groups.set(name, group);
  return group;
}

/** So many are kept without a look at whether they are still used. */
const IDLE_GROUPS_FROM = 500;

function dropIdleGroups(state: State): void {
  for (const group of state.groups.values()) if (!isUsed(group)) state.groups.delete(group.name);
}

/** Somebody gave it slots or a budget, or something waits or runs in it. */
export function isUsed({ name, slots, budget, paused, running, queued }: GroupState): boolean {
  return name === DEFAULT_GROUP || slots !== undefined || budget !== undefined || paused || running + queued > 0;
}

export function slotsOf(state: State, group: GroupState): number {
  const { defaultSlots, slotsFollow } = state.settings;
  return group.slots ?? defaultSlots + (slotsFollow ? state.scale.extra : 0);
}

export function totalSlotsOf(state: State): number {
  return state.totalSlots ?? state.settings.totalSlots ?? Number.POSITIVE_INFINITY;
}

/** A task that wants more than its group has takes all there are. */
export function widthOf(state: State, task: Task): number {
  const wanted = task.needs?.slots ?? 1;
  return Math.min(wanted, slotsOf(state, groupOf(state, task.group)), totalSlotsOf(state));
}
