/** Locks and counted resources: who has which units, and who waits for them. */
import { compareRanks, rankOf } from "@claudine/protocol/rank";
import type { BudgetScope, Task, TaskId, Units } from "@claudine/protocol";
import { isOpen, openChoice } from "./agent-limits.ts";
import { reachedIn, scopeKey, scopesOf } from "./budgets.ts";
import { createHeap, type Heap } from "./heap.ts";
import { groupOf } from "./groups.ts";
import type { State } from "./state.ts";

export type Counted = {
  total: number;
  held: Map<TaskId, readonly number[]>;
  used: Set<number>;
  /** By their groups: the first of one may have no slot while that of another has. */
  waiters: Map<string, Heap<TaskId>>;
  /** Of each group the one that was last sent back into its line. */
  offered: Map<string, TaskId>;
};

export type Want = { name: string; count: number };

/** No resource of the configuration has a space in its name. */
const LOCK = "lock ";
const AGENT = "agent ";
const BUDGET = "budget ";

type Wanting = Pick<Task, "needs"> & Partial<Pick<Task, "agent" | "id" | "group">>;

/**
 * What a task must get before it starts; a lock is a resource of which there is one. A provider of agents and a budget are
 * such that nobody uses them up: they are there or not. Of its providers a task waits for the last of its choices.
 */
export function wantsOf(task: Wanting): Want[] {
  const { needs = {}, agent } = task;
  const { locks = [], claims = {} } = needs;
  const last = agent?.choices.at(-1);
  return [
    ...[...new Set(locks)].map((name) => ({ name: LOCK + name, count: 1 })),
    ...Object.entries(claims).map(([name, count]) => ({ name, count })),
    ...(last === undefined ? [] : [{ name: AGENT + last.agent, count: 1 }]),
    ...scopesOf(task).map((scope) => ({ name: BUDGET + scopeKey(scope), count: 1 })),
  ];
}

/** The agent that a want is about. */
export function agentOf(name: string): string | undefined {
  return name.startsWith(AGENT) ? name.slice(AGENT.length) : undefined;
}

/** The budgets that a want is about. */
export function scopeOf(task: Wanting, name: string): BudgetScope | undefined {
  if (!name.startsWith(BUDGET)) return undefined;
  return scopesOf(task).find((scope) => BUDGET + scopeKey(scope) === name);
}

/** Nobody uses it up. */
export function isShared(name: string): boolean {
  return name.startsWith(AGENT) || name.startsWith(BUDGET);
}

export function isLock(name: string): boolean {
  return name.startsWith(LOCK);
}

/** How many units there are; a resource that the configuration no longer has has none. */
export function totalOf(state: State, name: string): number {
  const { resources } = state.settings;
  return isLock(name) || isShared(name) ? 1 : Object.hasOwn(resources, name) ? (resources[name] ?? 0) : 0;
}

function countedOf(state: State, name: string): Counted {
  const known = state.waiting.counted.get(name);
  if (known !== undefined) return known;
  const total = totalOf(state, name);
  const counted: Counted = { total, held: new Map(), used: new Set(), waiters: new Map(), offered: new Map() };
  state.waiting.counted.set(name, counted);
  return counted;
}

/** What a task wants and cannot have now. */
export function lacking(state: State, task: Task): Want[] {
  return wantsOf(task).filter(({ name, count }) => {
    if (agentOf(name) !== undefined) return openChoice(state.providers, task) === undefined;
    const scope = scopeOf(task, name);
    if (scope !== undefined) return reachedIn(state, scope) !== undefined;
    const counted = state.waiting.counted.get(name);
    return totalOf(state, name) - (counted?.used.size ?? 0) < count;
  });
}

/** What it must wait for in line: what it cannot have, and what is kept for one that comes first and needs more of it. */
export function lackingInLine(state: State, task: Task): Want[] {
  const lacks = lacking(state, task);
  return lacks.length > 0 ? lacks : wantsOf(task).filter(({ name }) => keptFor(state, name, task) !== undefined);
}

/** Who comes before a task and waits until there is enough of a resource. */
export function keptFor(state: State, name: string, task: Task): Task | undefined {
  const counted = state.waiting.counted.get(name);
  if (counted === undefined || isLock(name) || counted.waiters.size === 0) return undefined;
  const rank = rankOf(task, state.settings);
  return firsts(state, counted).find(
    (one) => isKept(state, counted, { name, task: one }) && compareRanks(rankOf(one, state.settings), rank) < 0,
  );
}

/** Nothing is kept for one whose group is paused, or that wants more than there is since the configuration was changed. */
function isKept(state: State, { total, used }: Counted, { name, task }: { name: string; task: Task }): boolean {
  const count = countOf(task, name);
  return count <= total && total - used.size < count && !groupOf(state, task.group).paused;
}

function countOf(task: Task, name: string): number {
  return wantsOf(task).find((want) => want.name === name)?.count ?? 0;
}

/** The lowest free units of each resource; locks have none to tell apart. Undefined when it claims nothing. */
export function unitsFor(state: State, task: Task): Units | undefined {
  const claims = wantsOf(task).filter(({ name }) => !isLock(name) && !isShared(name));
  if (claims.length === 0) return undefined;
  return Object.fromEntries(claims.map(({ name, count }) => [name, freeUnits(countedOf(state, name), count)]));
}

function freeUnits({ total, used }: Counted, count: number): number[] {
  const units: number[] = [];
  for (let unit = 0; unit < total && units.length < count; unit += 1) if (!used.has(unit)) units.push(unit);
  return units;
}

/** A run has what it wanted, and whoever fits beside it is looked at. */
export function take(state: State, task: Task, units: Units | undefined): void {
  for (const { name } of wantsOf(task)) {
    const counted = countedOf(state, name);
    const own = isLock(name) ? [0] : (units?.[name] ?? []);
    counted.held.set(task.id, own);
    for (const unit of own) counted.used.add(unit);
    offer(state, name);
  }
}

/** It waits for one resource; others that it would have blocked are for the next in their lines. */
export function park(state: State, task: Task, name: string): void {
  groupOf(state, task.group).ready.delete(task.id);
  const { waiters } = countedOf(state, name);
  const line = waiters.get(task.group) ?? createHeap<TaskId>();
  waiters.set(task.group, line);
  line.set(task.id, rankOf(task, state.settings));
  state.waiting.parked.set(task.id, name);
  state.waiting.moves += 1;
  offerWanted(state, task);
}

/** What it could have and does not take now is for others. */
export function offerWanted(state: State, task: Task): void {
  for (const { name } of wantsOf(task)) offer(state, name);
}

/** Which waiting tasks stand in the way of others has changed. */
export function offerAll(state: State): void {
  for (const name of state.waiting.counted.keys()) offer(state, name);
}

/** Whoever waits for a provider may try it. */
export function offerAgent(state: State, agent: string): void {
  offer(state, AGENT + agent);
}

/** It neither has nor waits for anything any more. */
export function leave(state: State, task: Task): void {
  const { parked, counted } = state.waiting;
  for (const { name } of wantsOf(task)) {
    const one = counted.get(name);
    if (one === undefined) continue;
    for (const unit of one.held.get(task.id) ?? []) one.used.delete(unit);
    one.held.delete(task.id);
    removeFrom(one, task);
    offer(state, name);
    if (one.held.size + one.waiters.size === 0) counted.delete(name);
  }
  parked.delete(task.id);
}

function removeFrom({ waiters }: Counted, { id, group }: Pick<Task, "id" | "group">): void {
  const line = waiters.get(group);
  line?.delete(id);
  if (line?.size === 0) waiters.delete(group);
}

/**
 * The first of each group that waits for a resource goes back into its group's line, as long as there is enough of it:
 * whichever can start takes it. What is not enough for one whose group goes on is kept for it.
 */
function offer(state: State, name: string): void {
  const counted = state.waiting.counted.get(name);
  if (counted === undefined || counted.waiters.size === 0) return;
  const free = counted.total - counted.used.size;
  const agent = agentOf(name);
  if (free <= 0 || (agent !== undefined && !isOpen(state.providers, agent))) return;
  for (const task of firsts(state, counted)) {
    const group = groupOf(state, task.group);
    const scope = scopeOf(task, name);
    if (scope !== undefined && reachedIn(state, scope) !== undefined) return;
    if (isKept(state, counted, { name, task })) return;
    if (countOf(task, name) > free || hasBetter(state, counted, task)) continue;
    removeFrom(counted, task);
    counted.offered.set(task.group, task.id);
    state.waiting.parked.delete(task.id);
    group.ready.set(task.id, rankOf(task, state.settings));
    state.waiting.moves += 1;
  }
}

/** One at a time goes back into a line; one that came there for something else keeps none out that comes before it. */
function hasBetter(state: State, { offered }: Counted, task: Task): boolean {
  const id = offered.get(task.group);
  const last = id === undefined || !groupOf(state, task.group).ready.has(id) ? undefined : state.live.get(id);
  return last !== undefined && compareRanks(rankOf(last, state.settings), rankOf(task, state.settings)) < 0;
}

/** The first of each group, in their order. */
function firsts({ live, settings }: State, { waiters }: Counted): Task[] {
  const found = [...waiters.values()].flatMap((line) => {
    const id = line.peek();
    return (id === undefined ? undefined : live.get(id)) ?? [];
  });
  return found.sort((a, b) => compareRanks(rankOf(a, settings), rankOf(b, settings)));
}
