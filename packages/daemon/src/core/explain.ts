/** Why a task waits, derived from the facts at the moment of asking. */
import { formatDuration, statusReason, type Dependency, type Task, type TaskId } from "@claudine/protocol";
import { isLock, lacking, totalOf } from "./counted.ts";
import { fits } from "./admission.ts";
import type { Facts } from "./decide.ts";
import { judge } from "./dependencies.ts";
import { DEFAULT_GROUP, groupOf, slotsOf, totalSlotsOf, widthOf, type GroupState } from "./groups.ts";
import { compareRanks } from "./heap.ts";
import type { State } from "./state.ts";
import { rankOf } from "./waiting.ts";

export type ExplainFacts = Pick<Facts, "state" | "lookup" | "wall">;

/** The first cause in words, or null when it does not wait. */
export function explain(facts: ExplainFacts, task: Task): string | null {
  return task.status.state === "queued" ? (causes(facts, task)[0] ?? null) : statusReason(task.status);
}

/** Everything that keeps a queued task from starting, the one that lasts longest first. */
export function causes(facts: ExplainFacts, task: Task): string[] {
  const { status } = task;
  if (status.state !== "queued") return [];
  const group = groupOf(facts.state, task.group);
  const found = [
    ...timeCause(status.notBefore, facts.wall),
    ...dependencyCauses(facts, task),
    ...(group.paused ? [`waits for ${where(group)} to be resumed`] : []),
    ...resourceCauses(facts.state, task),
    ...slotCauses(facts.state, task),
  ];
  return found.length === 0 ? [`waits for its turn${behind(facts.state, task)}`] : found;
}

function timeCause(notBefore: number | undefined, wall: number): string[] {
  return notBefore === undefined || notBefore <= wall ? [] : [`starts in ${formatDuration(notBefore - wall)}`];
}

const NAMED_AT_MOST = 3;

function dependencyCauses(facts: ExplainFacts, task: Task): string[] {
  const judgement = judge(facts, task);
  if (judgement.kind !== "pending") return [];
  const { on } = judgement;
  const named = on.slice(0, NAMED_AT_MOST).map(({ id }) => id);
  const more = on.length > named.length ? ` and ${on.length - named.length} more` : "";
  return [`waits for ${named.length === 1 ? "task" : "tasks"} ${named.join(", ")}${more} ${wish(on)}`];
}

function wish(on: readonly Dependency[]): string {
  const kinds = new Set(on.map((one) => one.on));
  if (kinds.size > 1) return "to end";
  return { success: "to succeed", any: "to end", failure: "to fail" }[on[0]?.on ?? "any"];
}

function resourceCauses(state: State, task: Task): string[] {
  return lacking(state, task).map(({ name, count }) => {
    const counted = state.waiting.counted.get(name);
    const holders = [...(counted?.held.keys() ?? [])];
    if (isLock(name)) return `waits for the lock ${name.slice(5)}${heldBy(holders)}`;
    const total = totalOf(state, name);
    return total < count
      ? `needs ${count} ${name}, and the configuration has ${total}`
      : `waits for ${count} ${name} (${counted?.used.size ?? 0} of ${total} in use)${heldBy(holders)}`;
  });
}

function heldBy(holders: readonly TaskId[]): string {
  const [first] = holders;
  return first === undefined ? "" : `, held by task ${holders.slice(0, NAMED_AT_MOST).join(", ")}`;
}

function slotCauses(state: State, task: Task): string[] {
  const group = groupOf(state, task.group);
  const width = widthOf(state, task);
  if (fits(state, group, width)) return [];
  const what = width === 1 ? "a slot" : `${width} slots`;
  if (group.used + width > slotsOf(state, group))
    return [`waits for ${what}${ofGroup(group)} (${slotUse(state, group)})`];
  return [`waits for ${what} of all groups (${state.used} of ${totalSlotsOf(state)} in use)`];
}

/** How many slots of a group are taken, for people. */
export function slotUse(state: State, group: GroupState): string {
  return `${group.used} of ${slotsOf(state, group)} in use`;
}

function ofGroup({ name }: GroupState): string {
  return name === DEFAULT_GROUP ? "" : ` of group ${name}`;
}

function where({ name }: GroupState): string {
  return `group ${name}`;
}

/** A wide task at the head of the line keeps the slots that become free. */
function behind(state: State, task: Task): string {
  const head = groupOf(state, task.group).ready.peek();
  const first = head === undefined || head === task.id ? undefined : state.live.get(head);
  if (first === undefined) return "";
  return compareRanks(rankOf(first, state.settings), rankOf(task, state.settings)) < 0
    ? ` behind task ${first.id}`
    : "";
}
