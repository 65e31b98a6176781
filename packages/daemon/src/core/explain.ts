/** Why a task waits, derived from the facts at the moment of asking. */
import { compareRanks, rankOf } from "@claudine/protocol/rank";
import { formatBytes, formatDuration, statusReason, type Dependency, type Task, type TaskId } from "@claudine/protocol";
import { limitWords } from "./agent-limits.ts";
import { budgetWords } from "./budget-words.ts";
import { dayAt, reachedIn } from "./budgets.ts";
import { agentOf, isLock, keptFor, lackingInLine, scopeOf, totalOf } from "./counted.ts";
import { createCapacity, needOf, type HostPort } from "./capacity.ts";
import { learned } from "./kinds.ts";
import { fits, fitsInGroup, hasWaitedLong, keeperBefore, keepersOf, type Head } from "./keepers.ts";
import type { Facts } from "./decide.ts";
import { pendingOf } from "./dependencies.ts";
import { precursorOf } from "./followers.ts";
import { DEFAULT_GROUP, groupOf, slotsOf, totalSlotsOf, widthOf, type GroupState } from "./groups.ts";
import type { State } from "./state.ts";

export type ExplainFacts = Pick<Facts, "state" | "lookup" | "wall"> & {
  machine: HostPort;
  /** Why the state cannot be written now: nothing is started then. */
  unwritable?: string | undefined;
};

/** The first cause in words, or null when it does not wait. */
export function explain(facts: ExplainFacts, task: Task): string | null {
  if (task.status.state !== "queued") return statusReason(task.status);
  for (const cause of causes(facts, task)) return cause;
  return null;
}

/** Everything that keeps a queued task from starting; what costs more to find out comes later. */
export function* causes(facts: ExplainFacts, task: Task): Generator<string> {
  const { status } = task;
  if (status.state !== "queued") return;
  const group = groupOf(facts.state, task.group);
  let waits = false;
  for (const find of [
    timeCauses,
    dependencyCauses,
    precursorCauses,
    pauseCauses,
    resourceCauses,
    slotCauses,
    machineCauses,
  ]) {
    for (const cause of find(facts, task, group)) {
      waits = true;
      yield cause;
    }
  }
  if (facts.unwritable !== undefined) yield `waits until the daemon can write again: ${facts.unwritable}`;
  else if (!waits) yield `waits for its turn${behind(facts, task)}`;
}

function timeCauses({ wall }: ExplainFacts, { status }: Task): string[] {
  if (status.state !== "queued" || status.notBefore === undefined || status.notBefore <= wall) return [];
  const { notBefore, yielded } = status;
  const why = yielded === true ? ", as its run was ended to free memory" : "";
  return [`starts in ${formatDuration(notBefore - wall)}${why}`];
}

const NAMED_AT_MOST = 3;

function dependencyCauses(facts: ExplainFacts, task: Task): string[] {
  const on = pendingOf(facts.state, task);
  if (on.length === 0) return [];
  const named = on.slice(0, NAMED_AT_MOST).map(({ id }) => id);
  const more = on.length > named.length ? ` and ${on.length - named.length} more` : "";
  return [`waits for ${named.length === 1 ? "task" : "tasks"} ${named.join(", ")}${more} ${wish(on)}`];
}

function wish(on: readonly Dependency[]): string {
  const kinds = new Set(on.map((one) => one.on));
  if (kinds.size > 1) return "to end";
  return { success: "to succeed", any: "to end", failure: "to fail" }[on[0]?.on ?? "any"];
}

function precursorCauses({ state }: ExplainFacts, task: Task): string[] {
  const id = precursorOf(state, task);
  return id === undefined ? [] : [`waits for task ${id} to end`];
}

function pauseCauses(_facts: ExplainFacts, _task: Task, group: GroupState): string[] {
  return group.paused ? [`waits for group ${group.name} to be resumed`] : [];
}

function resourceCauses({ state, wall }: ExplainFacts, task: Task): string[] {
  dayAt(state, wall);
  return lackingInLine(state, task).map(({ name, count }) => {
    const agent = agentOf(name);
    if (agent !== undefined) return limitWords(state, agent, wall);
    const scope = scopeOf(task, name);
    const limit = scope === undefined ? undefined : reachedIn(state, scope);
    if (limit !== undefined) return budgetWords(state, limit, wall);
    const counted = state.waiting.counted.get(name);
    const holders = [...(counted?.held.keys() ?? [])];
    if (isLock(name)) return `waits for the lock ${name.slice(5)}${heldBy(holders)}`;
    const total = totalOf(state, name);
    const first = keptFor(state, name, task);
    const after = first === undefined ? heldBy(holders) : `, behind task ${first.id}`;
    return total < count
      ? `needs ${count} ${name}, and the configuration has ${total}`
      : `waits for ${count} ${name} (${counted?.used.size ?? 0} of ${total} in use)${after}`;
  });
}

function heldBy(holders: readonly TaskId[]): string {
  const [first] = holders;
  return first === undefined ? "" : `, held by task ${holders.slice(0, NAMED_AT_MOST).join(", ")}`;
}

function slotCauses({ state }: ExplainFacts, task: Task, group: GroupState): string[] {
  const width = widthOf(state, task);
  if (fits(state, { task, group })) return [];
  const what = width === 1 ? "a slot" : `${width} slots`;
  if (!fitsInGroup(state, { task, group })) return [`waits for ${what}${ofGroup(group)} (${slotUse(state, group)})`];
  return [`waits for ${what} of all groups (${state.used} of ${totalSlotsOf(state)} in use)`];
}

function machineCauses(facts: ExplainFacts, task: Task): string[] {
  const lack = createCapacity(facts.state, facts.machine).lack(task);
  if (lack === undefined) return [];
  switch (lack.what) {
    case "memory":
      return [`needs ${formatBytes(lack.needs)} of memory, ${formatBytes(lack.free)} free${roomAfter(facts, task)}`];
    case "cpus":
      return [`needs ${lack.needs.toFixed(1)} cores, ${lack.free.toFixed(1)} free${roomAfter(facts, task)}`];
    case "pressure":
      return [`waits for the machine: memory is short for ${Math.round(lack.percent)}% of the time`];
    case "load":
      return [`waits for the machine: ${lack.load.toFixed(1)} processes want its ${lack.cores} cores`];
    case "relief":
      return [`waits for the machine: task ${lack.id} was paused for lack of memory and goes on first`];
  }
}

/** Which running task, by how long its kind usually takes, makes room first. */
function roomAfter({ state, wall }: ExplainFacts, task: Task): string {
  const wanted = needOf(state, task);
  const ends = [...state.inFlight].flatMap((id) => {
    const other = state.live.get(id);
    const known = other === undefined ? undefined : learned(state.kinds, other);
    if (other === undefined || known === undefined || !("run" in other.status)) return [];
    const { memoryBytes, cpus } = needOf(state, other);
    const startedAt = other.status.run.started?.startedAt ?? other.status.run.admittedAt;
    const enough = memoryBytes >= wanted.memoryBytes && cpus >= wanted.cpus;
    return enough ? [{ id, at: startedAt + known.wallMs }] : [];
  });
  const first = ends.toSorted((a, b) => a.at - b.at)[0];
  if (first === undefined) return "";
  const left = first.at - wall;
  return `; fits when task ${first.id} ends${left > 0 ? `, in about ${formatDuration(left)}` : ""}`;
}

/** How many slots of a group are taken, for people. */
export function slotUse(state: State, group: GroupState): string {
  return `${group.used} of ${slotsOf(state, group)} in use`;
}

function ofGroup({ name }: GroupState): string {
  return name === DEFAULT_GROUP ? "" : ` of group ${name}`;
}

/** A wide task at the head of the line, or a large one that has waited for long, keeps what becomes free. */
function behind(facts: ExplainFacts, task: Task): string {
  const { state } = facts;
  const group = groupOf(state, task.group);
  const id = group.ready.peek();
  const head = id === undefined || id === task.id ? undefined : state.live.get(id);
  if (head !== undefined && compareRanks(rankOf(head, state.settings), rankOf(task, state.settings)) < 0)
    return ` behind task ${head.id}`;
  const keeper = keeperBefore(state, keepersOf(state, headsOf(facts)), { task, group, lacksRoom: false });
  return keeper === undefined ? "" : ` behind task ${keeper.id} of group ${keeper.group}`;
}

/** As far as they can be seen without moving anybody. */
function headsOf({ state, wall, machine }: ExplainFacts): Head[] {
  const capacity = createCapacity(state, machine);
  return [...state.groups.values()].flatMap((group) => {
    const id = group.paused ? undefined : group.ready.peek();
    const task = id === undefined ? undefined : state.live.get(id);
    if (task === undefined || lackingInLine(state, task).length > 0) return [];
    return [{ task, group, lacksRoom: hasWaitedLong(wall, task) && capacity.lack(task) !== undefined }];
  });
}
