/** Takes tasks into the queue, or finds that they are there already. */
import {
  ClaudineError,
  type Batch,
  type Dependency,
  type EventBody,
  type IfRunning,
  type Task,
  type TaskId,
  type TaskSpec,
} from "@claudine/protocol";
import { oldestLike, unfinishedLike } from "./alike.ts";
import { inOrder, type Refs } from "./call-refs.ts";
import { checkRules } from "./check-rules.ts";
import type { Facts } from "./decide.ts";
import { delayed } from "./delayed.ts";
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
  /** Starts no sooner. */
  delayMs?: number | undefined;
  /** It depends on the last success of these schedules. */
  afterSchedules?: readonly string[] | undefined;
};
/** What became of an entry of a call: a task that is taken, or one that is there already. */
export type Entry = { id: TaskId; uid: string; isNew: boolean };
/** `others` are unfinished and like it. */
type Found = Entry & { others: readonly Task[] };

/** @throws ClaudineError limit, not_found, invalid_params; then none is taken */
export function decideSubmit(
  facts: Facts,
  asked: readonly Submission[],
  maxFails: number | undefined,
): { events: EventBody[]; entries: readonly Entry[] } {
  checkRoom(facts.state, asked);
  const tasks = asked.map((task) => afterSuccesses(facts, task));
  const entries = entriesOf(facts, tasks);
  const after = checkedDependencies(facts, tasks, entries);
  const submitted = tasks.flatMap(({ spec, held, ifRunning, delayMs }, index): EventBody[] => {
    const { id, isNew, others } = entries[index] ?? NONE;
    if (!isNew) return [];
    const waits = waitsOf(ifRunning, { after: after[index], others });
    const { ripeAt, ...start } = delayed(facts, { verb: "submit", notBefore: spec.notBefore, delayMs });
    const whole = { ...withTimeout(facts.state.settings, spec), ...waits, ...start };
    return [{ type: "task.submitted", id, spec: whole, held, ...(ripeAt === undefined ? {} : { ripeAt }) }];
  });
  const first = facts.state.nextId;
  const batch = maxFails === undefined ? undefined : { first, size: submitted.length, maxFails };
  return { events: [...replaceAll(facts, tasks, entries), ...asBatch(submitted, batch)], entries };
}

const NONE: Found = { id: 0, uid: "", isNew: false, others: [] };

/** What it waits for of schedules is settled now. */
function afterSuccesses(facts: Facts, task: Submission): Submission {
  const { spec, afterSchedules: names } = task;
  if (names === undefined) return task;
  return { ...task, spec: withDependencies(spec, lastSuccesses(facts, { verb: "submit", names })) };
}

function entriesOf(facts: Facts, tasks: readonly Submission[]): Found[] {
  const keys = new Map<string, Found>();
  let next = facts.state.nextId;
  return tasks.map((task): Found => {
    const { key, uid } = task.spec;
    const known = key === undefined ? undefined : (keys.get(key) ?? ownerOf(facts, key));
    if (known !== undefined) return { ...known, isNew: false, others: [] };
    const others = othersOf(facts.state, task);
    const [oldest] = others;
    if (task.ifRunning === "skip" && oldest !== undefined)
      return { id: oldest.id, uid: oldest.uid, isNew: false, others: [] };
    const taken = { id: next, uid, isNew: true, others };
    next += 1;
    if (key !== undefined) keys.set(key, taken);
    return taken;
  });
}

/** Tasks of the same call do not count: an array is one thing. */
function othersOf(state: State, { spec, ifRunning }: Submission): readonly Task[] {
  switch (ifRunning) {
    case "skip":
      return oldestLike(state, spec);
    case "replace":
      return unfinishedLike(state, spec);
    case "queue":
    case undefined:
      return [];
  }
}

/** What each entry waits for. Those that others wait for are checked first, so that the chains can be measured. */
function checkedDependencies(
  facts: Facts,
  tasks: readonly Submission[],
  entries: readonly Found[],
): (readonly Dependency[] | undefined)[] {
  const refs = inOrder(tasks);
  const depths = new Map<TaskId, number>();
  const after: (readonly Dependency[] | undefined)[] = tasks.map(({ spec }) => spec.after);
  for (const index of refs?.order ?? tasks.keys()) {
    const { spec, afterRefs = [], afterSchedules } = tasks[index] ?? {};
    const { id, isNew } = entries[index] ?? NONE;
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
function ownerOf(facts: Facts, key: string): Entry | undefined {
  const id = facts.keyed(key);
  const owner = id === undefined ? undefined : facts.lookup(id);
  if (owner !== undefined) return { id: owner.id, uid: owner.uid, isNew: false };
  if (id === undefined) return undefined;
  throw new ClaudineError("storage", `Cannot submit: the key ${key} is that of task ${id}, which cannot be read`, {
    hint: "`claudine doctor --fix` sets it aside; then the key is free, and the task may run a second time",
  });
}

type Waits = Pick<TaskSpec, "after" | "follows">;

function waitsOf(
  ifRunning: IfRunning | undefined,
  { after, others }: { after: readonly Dependency[] | undefined; others: readonly Task[] },
): Waits {
  const wait = endOf(others);
  return {
    ...(wait.length === 0 && after === undefined ? {} : { after: [...(after ?? []), ...wait] }),
    ...(ifRunning === "queue" ? { follows: "kind" } : {}),
  };
}

/** After those that run have ended, whatever their ends. */
export function endOf(others: readonly Task[]): Dependency[] {
  return others.flatMap(({ id, status }) => ("run" in status ? [{ id, on: "any" }] : []));
}

/** Each of them once, though several tasks of a call may replace it. */
function replaceAll(facts: Facts, tasks: readonly Submission[], entries: readonly Found[]): EventBody[] {
  const others = entries.flatMap((entry, index) => (tasks[index]?.ifRunning === "replace" ? entry.others : []));
  return [...new Set(others)].flatMap((task) => replace(facts, task));
}

export function withDependencies(spec: TaskSpec, more: readonly Dependency[]): TaskSpec {
  return more.length === 0 ? spec : { ...spec, after: [...(spec.after ?? []), ...more] };
}

export function replace(facts: Facts, task: Task): readonly EventBody[] {
  if (!("run" in task.status)) return [{ type: "task.cancelled", id: task.id, note: "replaced" }];
  return stopRun(facts, { cause: "replaced", signal: "SIGTERM", note: null }, task);
}

function asBatch(events: readonly EventBody[], batch: Batch | undefined): EventBody[] {
  return events.map((event) =>
    event.type === "task.submitted" && batch !== undefined ? { ...event, spec: { ...event.spec, batch } } : event,
  );
}
