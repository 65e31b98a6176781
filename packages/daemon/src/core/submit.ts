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
import { checkRules } from "./check-rules.ts";
import type { Facts } from "./decide.ts";
import { kindOf } from "./kinds.ts";
import { checkRoom } from "./room.ts";
import { lastSuccesses } from "./schedules.ts";
import { stopRun } from "./stop.ts";

export type Submission = {
  spec: TaskSpec;
  held: boolean;
  ifRunning?: IfRunning | undefined;
  /** It depends on the last success of these schedules. */
  afterSchedules?: readonly string[] | undefined;
};

/** @throws ClaudineError limit, not_found, invalid_params; then none is taken */
export function decideSubmit(facts: Facts, tasks: readonly Submission[], maxFails: number | undefined): EventBody[] {
  checkRoom(facts.state, tasks);
  const events: EventBody[] = [];
  const keys = new Set<string>();
  const first = facts.state.nextId;
  let id = first;
  for (const { spec: asked, held, ifRunning, afterSchedules = [] } of tasks) {
    const spec = withDependencies(asked, lastSuccesses(facts, { verb: "submit", names: afterSchedules }));
    checkRules(facts, { verb: "submit", rules: spec });
    if (spec.key !== undefined && (keys.has(spec.key) || isTaken(facts, spec.key))) continue;
    if (spec.key !== undefined) keys.add(spec.key);
    const others = ifRunning === undefined ? [] : unfinishedLike(facts, spec);
    if (ifRunning === "skip" && others.length > 0) continue;
    if (ifRunning === "replace") events.push(...others.flatMap((task) => replace(facts, task)));
    events.push({ type: "task.submitted", id, spec: withDependencies(spec, endOf(others)), held });
    id += 1;
  }
  return maxFails === undefined ? events : asBatch(events, { first, size: id - first, maxFails });
}

/** @throws ClaudineError storage when nobody can tell what became of the task that has the key */
function isTaken(facts: Facts, key: string): boolean {
  const id = facts.keyed(key);
  if (id === undefined || facts.lookup(id) !== undefined) return id !== undefined;
  throw new ClaudineError("storage", `Cannot submit: the key ${key} is that of task ${id}, which cannot be read`, {
    hint: "`claudine doctor --fix` sets it aside; then the key is free, and the task may run a second time",
  });
}

/** The newest last. */
export function unfinishedLike({ state }: Pick<Facts, "state">, spec: TaskSpec): Task[] {
  const kind = kindOf(spec);
  return [...state.live.values()].filter((task) => kindOf(task) === kind).toSorted((a, b) => a.id - b.id);
}

/** After what there is has ended, whatever its end. Each queued one already waits for the one before it. */
export function endOf(others: readonly Task[]): Dependency[] {
  const last = others.at(-1);
  const running = others.filter((task) => "run" in task.status && task !== last);
  return [...running, ...(last === undefined ? [] : [last])].map(({ id }): Dependency => ({ id, on: "any" }));
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
