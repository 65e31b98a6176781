/** Who comes first among the heads of the groups' lines, and for whom slots or room are kept. */
import { compareRanks, rankOf } from "@claudine/protocol/rank";
import type { Task } from "@claudine/protocol";
import { slotsOf, totalSlotsOf, widthOf, type GroupState } from "./groups.ts";
import type { State } from "./state.ts";

/** The first of its group that lacks no resource; `lacksRoom` when it has waited for room for long. */
export type Head = { task: Task; group: GroupState; lacksRoom: boolean };
/** Those that are not passed any more: one waits for slots of all groups, the other for room on the machine. */
export type Keepers = { slots: Head | undefined; room: Head | undefined };

/** So long a task for which there is no room is passed by others. */
const PASSED_OVER_MS_MAX = 600_000;

/** Then the room that becomes free is kept for it, whatever groups the others are in. */
export function hasWaitedLong(wall: number, { status }: Task): boolean {
  return status.state === "queued" && wall - status.since > PASSED_OVER_MS_MAX;
}

export function keepersOf(state: State, heads: readonly Head[]): Keepers {
  const wide = heads.filter((head) => !fits(state, head) && fitsInGroup(state, head));
  const large = heads.filter(({ lacksRoom }) => lacksRoom);
  return {
    slots: firstOf(wide, (a, b) => comesBefore(state, a, b)),
    room: firstOf(large, (a, b) => ranksBefore(state, a.task, b.task)),
  };
}

/** The one that comes first, and for which what is there is kept: only finitely many come before any. */
export function keeperBefore(state: State, { slots, room }: Keepers, head: Head): Task | undefined {
  if (slots !== undefined && ranksBefore(state, slots.task, head.task) && comesBefore(state, slots, head))
    return slots.task;
  return room !== undefined && ranksBefore(state, room.task, head.task) ? room.task : undefined;
}

/** A wide task is not overtaken in its group: the slots that become free are kept for it. */
export function fits(state: State, head: Pick<Head, "task" | "group">): boolean {
  return fitsInGroup(state, head) && state.used + widthOf(state, head.task) <= totalSlotsOf(state);
}

export function fitsInGroup(state: State, { task, group }: Pick<Head, "task" | "group">): boolean {
  return group.used + widthOf(state, task) <= slotsOf(state, group);
}

/** Groups that compete for the slots of all have equal shares of them; otherwise rank decides. */
export function comesBefore(state: State, a: Head, b: Head): boolean {
  if (totalSlotsOf(state) !== Number.POSITIVE_INFINITY && a.group.used !== b.group.used)
    return a.group.used < b.group.used;
  return ranksBefore(state, a.task, b.task);
}

function ranksBefore({ settings }: State, a: Task, b: Task): boolean {
  return compareRanks(rankOf(a, settings), rankOf(b, settings)) < 0;
}

export function firstOf<T>(all: readonly T[], isBefore: (a: T, b: T) => boolean): T | undefined {
  return all.reduce<T | undefined>((best, one) => (best === undefined || isBefore(one, best) ? one : best), undefined);
}
