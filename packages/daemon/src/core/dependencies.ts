/** Dependencies: who waits for whom, and what the end of one means for the others. */
import {
  ClaudineError,
  isFinished,
  type Dependency,
  type EventBody,
  type Task,
  type TaskId,
  type TaskState,
} from "@claudine/protocol";
import type { Facts } from "./decide.ts";
import type { State } from "./state.ts";

/** `contrary` names the first dependency that ended otherwise than wanted. */
export type Judgement =
  | { kind: "met" }
  | { kind: "pending"; on: readonly Dependency[] }
  | { kind: "contrary"; id: TaskId; state: TaskState };

type Lookup = Pick<Facts, "state" | "lookup">;
type Links = Lookup & Pick<Facts, "edited">;

/** Those that have not ended yet. */
export function pendingOf({ live }: State, { after = [] }: Task): Dependency[] {
  return after.filter(({ id }) => live.has(id));
}

/** A dependency that was removed has no end to be judged by: it counts as met. One that cannot be read is lost. */
export function judge(facts: Lookup & Pick<Facts, "isUnreadable">, task: Task): Judgement {
  const pending = pendingOf(facts.state, task);
  for (const dependency of task.after ?? []) {
    if (facts.state.live.has(dependency.id)) continue;
    const known = facts.lookup(dependency.id)?.status.state;
    const state = known ?? (facts.isUnreadable(dependency.id) ? "lost" : undefined);
    if (state !== undefined && !isAsWanted(dependency, state) && task.onDependencyFailure !== "run")
      return { kind: "contrary", id: dependency.id, state };
  }
  return pending.length === 0 ? { kind: "met" } : { kind: "pending", on: pending };
}

function isAsWanted({ on }: Dependency, state: TaskState): boolean {
  switch (on) {
    case "success":
      return state === "succeeded";
    case "any":
      return isFinished(state);
    case "failure":
      return isFinished(state) && state !== "succeeded" && state !== "skipped";
  }
}

/** What becomes of a task whose dependency ended otherwise. */
export function consequence(task: Task, { id, state }: Extract<Judgement, { kind: "contrary" }>): EventBody {
  const note = `task ${id}, which it depends on, ended as ${state}`;
  switch (task.onDependencyFailure ?? "skip") {
    case "skip":
    case "run":
      return { type: "task.skipped", id: task.id, because: id, note };
    case "cancel":
      return { type: "task.cancelled", id: task.id, note };
    case "hold":
      return { type: "task.held", id: task.id, why: { kind: "dependency", id, state } };
  }
}

export function linkDependencies({ waiting }: State, { id, after = [] }: Task): void {
  for (const { id: on } of after) {
    const known = waiting.dependents.get(on);
    if (known === undefined) waiting.dependents.set(on, new Set([id]));
    else known.add(id);
  }
}

export function unlinkDependencies({ waiting }: State, { id, after = [] }: Task): void {
  for (const { id: on } of after) {
    const known = waiting.dependents.get(on);
    known?.delete(id);
    if (known?.size === 0) waiting.dependents.delete(on);
  }
}

/** All unfinished tasks that depend on these, directly or through others. */
export function dependentsOf({ waiting }: State, ids: readonly TaskId[]): TaskId[] {
  const found = new Set<TaskId>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const dependent of waiting.dependents.get(id) ?? []) {
      if (found.has(dependent)) continue;
      found.add(dependent);
      open.push(dependent);
    }
  }
  return [...found];
}

export type DependencyWish = {
  verb: string;
  id?: TaskId;
  after: readonly Dependency[];
  /** How long chains are: known of tasks that are about to be there, noted of others. */
  depths?: Map<TaskId, number>;
};

/** @returns how long the chain is. @throws ClaudineError not_found, limit, invalid_params (a circle, with its path) */
export function checkDependencies(facts: Links, wish: DependencyWish): number {
  const { verb, id, after, depths } = wish;
  const { dependenciesPerTask, dependencyDepth } = facts.state.settings;
  if (after.length > dependenciesPerTask)
    throw new ClaudineError("limit", `Cannot ${verb}: it would depend on ${after.length} tasks`, {
      hint: `At most ${dependenciesPerTask}; let one task wait for the others and depend on that one, or raise dependencies.perTask in the configuration`,
    });
  for (const { id: on } of after) {
    if (depths?.has(on) !== true && facts.lookup(on) === undefined)
      throw new ClaudineError("not_found", `Cannot ${verb}: there is no task ${on} to depend on`, {
        hint: "`claudine list --all` shows every task",
      });
  }
  if (id !== undefined) refuseCircle(facts, { verb, id, after });
  const above = depthOf(facts, after, { known: depths ?? new Map(), atMost: dependencyDepth + 1 });
  const below = id === undefined ? 0 : heightOf(facts.state, id, { known: new Map(), atMost: dependencyDepth + 1 });
  const depth = Math.min(above + below, dependencyDepth + 1);
  if (depth > dependencyDepth)
    throw new ClaudineError("limit", `Cannot ${verb}: the chain of dependencies would be ${depth} long`, {
      hint: `At most ${dependencyDepth}; dependencies.depth in the configuration raises it`,
    });
  return depth;
}

/** Undefined when it has ended, and nobody is about to let it run again. */
function afterOf({ state, edited }: Links, id: TaskId): readonly Dependency[] | undefined {
  const task = state.live.get(id);
  return edited?.get(id) ?? (task === undefined ? undefined : (task.after ?? []));
}

function refuseCircle(facts: Links, { verb, ...task }: { verb: string } & Waits): void {
  const path = circleOf(facts, task);
  if (path === undefined) return;
  if (path.length === 1) throw new ClaudineError("invalid_params", `Cannot ${verb}: it would wait for itself`);
  throw new ClaudineError("invalid_params", `Cannot ${verb}: the tasks would wait for each other in a circle`, {
    hint: `${[task.id, ...path].join(" after ")}`,
  });
}

type Waits = { id: TaskId; after: readonly Dependency[] };

/** For whom a task would wait, directly and through others, until it waited for itself; undefined when it would not. */
export function circleOf(facts: Links, { id, after }: Waits): TaskId[] | undefined {
  const cameBy = new Map<TaskId, TaskId>();
  const open = after.map((one) => one.id);
  for (const one of open) cameBy.set(one, id);
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one === id) break;
    for (const { id: next } of afterOf(facts, one) ?? []) {
      if (cameBy.has(next)) continue;
      cameBy.set(next, one);
      open.push(next);
    }
  }
  if (!cameBy.has(id)) return undefined;
  const path = [id];
  for (let one = cameBy.get(id); one !== undefined && one !== id; one = cameBy.get(one)) path.unshift(one);
  return path;
}

/** Longer chains are not measured, and none is deep enough for the stack to overflow. */
type Measure = { known: Map<TaskId, number>; atMost: number };

/** Tasks on the longest chain of unfinished ones, the new one included. */
function depthOf(facts: Links, after: readonly Dependency[], { known, atMost }: Measure): number {
  let deepest = 0;
  for (const { id } of after) {
    const above = afterOf(facts, id);
    if ((above === undefined && !known.has(id)) || atMost === 1) continue;
    const depth = known.get(id) ?? depthOf(facts, above ?? [], { known, atMost: atMost - 1 });
    known.set(id, depth);
    deepest = Math.max(deepest, depth);
  }
  return deepest + 1;
}

/** Tasks on the longest chain of those that wait for one, without it. */
function heightOf(state: State, id: TaskId, { known, atMost }: Measure): number {
  let highest = 0;
  for (const dependent of atMost === 0 ? [] : (state.waiting.dependents.get(id) ?? [])) {
    const height = known.get(dependent) ?? 1 + heightOf(state, dependent, { known, atMost: atMost - 1 });
    known.set(dependent, height);
    highest = Math.max(highest, height);
  }
  return highest;
}
