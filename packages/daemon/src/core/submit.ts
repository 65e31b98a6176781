/** Takes tasks into the queue, or finds that they are there already. */
import {
  ClaudineError,
  type Dependency,
  type EventBody,
  type IfRunning,
  type Task,
  type TaskId,
  type TaskSpec,
} from "@claudine/protocol";
import { unfinishedLike } from "./alike.ts";
import { inOrder, type Refs } from "./call-refs.ts";
import { checkRules } from "./check-rules.ts";
import type { Facts } from "./decide.ts";
import { DEFAULT_GROUP } from "./groups.ts";
import { withTimeout } from "./longest-timeout.ts";
import { checkRoom } from "./room.ts";
import { lastSuccesses } from "./schedules.ts";
import type { State } from "./state.ts";
import { stopRun } from "./stop.ts";

export type Submission = Refs & {
  spec: TaskSpec;
  held: boolean;
  ifRunning?: IfRunning | undefined;
  /** It depends on the last success of these schedules. */
  afterSchedules?: readonly string[] | undefined;
};
/** An entry of a call: a task that is taken, with those like it, or one that is there already. */
type Entry = { id: TaskId; isNew: boolean; others: readonly Task[] };

/** @throws ClaudineError limit, not_found, invalid_params; then none is taken */
export function decideSubmit(facts: Facts, asked: readonly Submission[], maxFails: number | undefined): EventBody[] {
  checkRoom(facts.state, asked);
  const tasks = asked.map((task) => afterSuccesses(facts, task));
  const entries = entriesOf(facts, tasks);
  const after = checkedDependencies(facts, tasks, entries);
  const events: EventBody[] = [];
  for (const [index, { spec, held, ifRunning }] of tasks.entries()) {
    const { id, isNew, others } = entries[index] ?? { id: 0, isNew: false, others: [] };
    if (!isNew) continue;
    if (ifRunning === "replace") for (const task of others) events.push(...replace(facts, task));
    const waits = startAfter(facts.state, after[index], others);
    events.push({ type: "task.submitted", id, spec: { ...withTimeout(facts.state.settings, spec), ...waits }, held });
  }
  const first = facts.state.nextId;
  const size = entries.reduce((count, { isNew }) => count + Number(isNew), 0);
  return maxFails === undefined ? events : asBatch(events, { first, size, maxFails });
}

/** What it waits for of schedules is settled now. */
function afterSuccesses(facts: Facts, task: Submission): Submission {
  const { spec, afterSchedules: names } = task;
  if (names === undefined) return task;
  return { ...task, spec: withDependencies(spec, lastSuccesses(facts, { verb: "submit", names })) };
}

function entriesOf(facts: Facts, tasks: readonly Submission[]): Entry[] {
  const keys = new Map<string, TaskId>();
  let next = facts.state.nextId;
  return tasks.map(({ spec, ifRunning }) => {
    const { key } = spec;
    const known = key === undefined ? undefined : (keys.get(key) ?? ownerOf(facts, key));
    if (known !== undefined) return { id: known, isNew: false, others: [] };
    const others = ifRunning === undefined ? [] : unfinishedLike(facts.state, spec);
    if (ifRunning === "skip" && others[0] !== undefined) return { id: others[0].id, isNew: false, others: [] };
    const id = next;
    next += 1;
    if (key !== undefined) keys.set(key, id);
    return { id, isNew: true, others };
  });
}

/** What each entry waits for. Those that others wait for are checked first, so that the chains can be measured. */
function checkedDependencies(
  facts: Facts,
  tasks: readonly Submission[],
  entries: readonly Entry[],
): (readonly Dependency[] | undefined)[] {
  const refs = inOrder(tasks);
  const depths = new Map<TaskId, number>();
  const after: (readonly Dependency[] | undefined)[] = tasks.map(({ spec }) => spec.after);
  for (const index of refs?.order ?? tasks.keys()) {
    const { spec, afterRefs = [], afterSchedules } = tasks[index] ?? {};
    const { id = 0, isNew = false } = entries[index] ?? {};
    const own = afterRefs.map(({ ref, on }) => ({ id: entries[refs?.indexOf(ref) ?? 0]?.id ?? 0, on }));
    if (own.length > 0) after[index] = [...(spec?.after ?? []), ...own];
    const depth = checkRules(facts, {
      verb: "submit",
      group: spec?.group ?? DEFAULT_GROUP,
      rules: { ...spec, after: after[index]?.slice() },
      ...(afterSchedules === undefined ? {} : { isAlone: false }),
      depths,
    });
    if (refs !== undefined && isNew) depths.set(id, depth);
  }
  return after;
}

/** @throws ClaudineError storage when nobody can tell what became of the task that has the key */
function ownerOf(facts: Facts, key: string): TaskId | undefined {
  const id = facts.keyed(key);
  if (id === undefined || facts.lookup(id) !== undefined) return id;
  throw new ClaudineError("storage", `Cannot submit: the key ${key} is that of task ${id}, which cannot be read`, {
    hint: "`claudine doctor --fix` sets it aside; then the key is free, and the task may run a second time",
  });
}

/** After all there are have ended, whatever their ends; for those that another of them waits for, that one stands. */
export function endOf({ waiting }: State, others: readonly Task[]): Dependency[] {
  const ids = new Set(others.map(({ id }) => id));
  const stands = ({ id }: Task) => {
    for (const one of waiting.dependents.get(id) ?? []) if (ids.has(one)) return true;
    return false;
  };
  const last = others.filter((task) => "run" in task.status || !stands(task));
  return last.map(({ id }): Dependency => ({ id, on: "any" }));
}

function startAfter(
  state: State,
  after: readonly Dependency[] | undefined,
  others: readonly Task[],
): { after?: Dependency[] } {
  const wait = endOf(state, others);
  return wait.length === 0 && after === undefined ? {} : { after: [...(after ?? []), ...wait] };
}

export function withDependencies(spec: TaskSpec, more: readonly Dependency[]): TaskSpec {
  return more.length === 0 ? spec : { ...spec, after: [...(spec.after ?? []), ...more] };
}

export function replace(facts: Facts, task: Task): readonly EventBody[] {
  if (!("run" in task.status)) return [{ type: "task.cancelled", id: task.id, note: "replaced" }];
  return stopRun(facts, { cause: "replaced", signal: "SIGTERM", note: null }, task);
}

function asBatch(events: readonly EventBody[], batch: { first: TaskId; size: number; maxFails: number }): EventBody[] {
  return events.map((event) =>
    event.type === "task.submitted" ? { ...event, spec: { ...event.spec, batch } } : event,
  );
}
