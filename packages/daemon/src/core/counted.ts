/** Locks and counted resources: who has which units, and who waits for them. */
import { rankOf } from "@claudine/protocol/rank";
import type { Needs, Task, TaskId, Units } from "@claudine/protocol";
import { createHeap, type Heap } from "./heap.ts";
import { groupOf } from "./groups.ts";
import type { State } from "./state.ts";

export type Counted = {
  total: number;
  held: Map<TaskId, readonly number[]>;
  used: Set<number>;
  waiters: Heap<TaskId>;
};

export type Want = { name: string; count: number };

const LOCK = "lock:";

/** What a task must get before it starts; a lock is a resource of which there is one. */
export function wantsOf({ locks = [], claims = {} }: Needs = {}): Want[] {
  return [
    ...[...new Set(locks)].map((name) => ({ name: LOCK + name, count: 1 })),
    ...Object.entries(claims).map(([name, count]) => ({ name, count })),
  ];
}

export function isLock(name: string): boolean {
  return name.startsWith(LOCK);
}

/** How many units there are; a resource that the configuration no longer has has none. */
export function totalOf(state: State, name: string): number {
  return isLock(name) ? 1 : (state.settings.resources[name] ?? 0);
}

function countedOf(state: State, name: string): Counted {
  const known = state.waiting.counted.get(name);
  if (known !== undefined) return known;
  const counted: Counted = { total: totalOf(state, name), held: new Map(), used: new Set(), waiters: createHeap() };
  state.waiting.counted.set(name, counted);
  return counted;
}

/** What a task wants and cannot have now. */
export function lacking(state: State, task: Task): Want[] {
  return wantsOf(task.needs).filter(({ name, count }) => {
    const counted = state.waiting.counted.get(name);
    return totalOf(state, name) - (counted?.used.size ?? 0) < count;
  });
}

/** The lowest free units of each resource; locks have none to tell apart. Undefined when it claims nothing. */
export function unitsFor(state: State, task: Task): Units | undefined {
  const claims = wantsOf(task.needs).filter(({ name }) => !isLock(name));
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
  for (const { name } of wantsOf(task.needs)) {
    const counted = countedOf(state, name);
    const own = isLock(name) ? [0] : (units?.[name] ?? []);
    counted.held.set(task.id, own);
    for (const unit of own) counted.used.add(unit);
    promote(state, name);
  }
}

/** It waits for one resource; others that it would have blocked are for the next in their lines. */
export function park(state: State, task: Task, name: string): void {
  groupOf(state, task.group).ready.delete(task.id);
  countedOf(state, name).waiters.set(task.id, rankOf(task, state.settings));
  state.waiting.parked.set(task.id, name);
  for (const want of wantsOf(task.needs)) if (want.name !== name) promote(state, want.name);
}

/** It neither has nor waits for anything any more. */
export function leave(state: State, task: Task): void {
  const { parked, counted } = state.waiting;
  for (const { name } of wantsOf(task.needs)) {
    const one = counted.get(name);
    if (one === undefined) continue;
    for (const unit of one.held.get(task.id) ?? []) one.used.delete(unit);
    one.held.delete(task.id);
    one.waiters.delete(task.id);
    promote(state, name);
    if (one.held.size + one.waiters.size === 0) counted.delete(name);
  }
  parked.delete(task.id);
}

/** The first that waits for a resource goes back into its group's line when there is enough of it. */
function promote(state: State, name: string): void {
  const counted = state.waiting.counted.get(name);
  const id = counted?.waiters.peek();
  const task = id === undefined ? undefined : state.live.get(id);
  if (counted === undefined || task === undefined) return;
  const wanted = wantsOf(task.needs).find((want) => want.name === name)?.count ?? 0;
  if (counted.total - counted.used.size < wanted) return;
  counted.waiters.delete(task.id);
  state.waiting.parked.delete(task.id);
  groupOf(state, task.group).ready.set(task.id, rankOf(task, state.settings));
}
