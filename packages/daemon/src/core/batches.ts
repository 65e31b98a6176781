/** Batches of tasks that give up together when too many of them have failed. */
import { isFinished, type Batch, type EventBody, type Task, type TaskId, type TaskState } from "@claudine/protocol";
import type { Facts } from "./decide.ts";
import type { State } from "./state.ts";
import { stopRun } from "./stop.ts";

export type Batches = {
  /** Failures by the first id of a batch; one that is not here has to be counted. */
  failures: Map<TaskId, number>;
  /** Batches one of whose tasks has failed since they were looked at. */
  suspects: Map<TaskId, Batch>;
  /** Tasks to be taken out, and why. */
  doomed: { id: TaskId; note: string }[];
};

export function createBatches(): Batches {
  return { failures: new Map(), suspects: new Map(), doomed: [] };
}

const FAILURES: ReadonlySet<TaskState> = new Set(["failed", "timed-out", "lost"]);

/** Those of its tasks that there are, ended or not. */
export function membersOf({ lookup }: Pick<Facts, "lookup">, { first, size }: Batch): TaskId[] {
  return Array.from({ length: size }, (_, index) => first + index).filter((id) => lookup(id)?.batch?.first === first);
}

/** More may have failed already than may from now on. */
export function noteChange({ batches }: State, batch: Batch): void {
  batches.suspects.set(batch.first, batch);
}

/** Keeps the number of failures, where it is known, in step with a task of the batch that has changed. */
export function noteFailure({ batches }: State, before: Task | undefined, after: Task | undefined): void {
  const batch = (after ?? before)?.batch;
  if (batch === undefined) return;
  const more = Number(hasFailed(after)) - Number(hasFailed(before));
  const known = batches.failures.get(batch.first);
  if (known !== undefined) batches.failures.set(batch.first, known + more);
  if (more > 0) batches.suspects.set(batch.first, batch);
}

function hasFailed(task: Task | undefined): boolean {
  return task !== undefined && FAILURES.has(task.status.state);
}

/** The next task of a batch that is to be given up. */
export function giveUpNext(facts: Pick<Facts, "state" | "lookup" | "now">): EventBody | undefined {
  const { batches } = facts.state;
  for (const [first, batch] of batches.suspects) {
    batches.suspects.delete(first);
    if (countFailures(facts, batch) > batch.maxFails) doom(facts.state, batch);
  }
  for (let next = batches.doomed.shift(); next !== undefined; next = batches.doomed.shift()) {
    const task = facts.state.live.get(next.id);
    if (task === undefined || isFinished(task.status.state)) continue;
    if (!("run" in task.status)) return { type: "task.cancelled", id: task.id, note: next.note };
    const [event, ...more] = stopRun(facts, { cause: "cancel", signal: "SIGTERM", note: next.note }, task);
    // A paused run is continued first, and then looked at again.
    if (more.length > 0) batches.doomed.unshift(next);
    if (event !== undefined) return event;
  }
  return undefined;
}

function countFailures({ state, lookup }: Pick<Facts, "state" | "lookup">, { first, size }: Batch): number {
  const known = state.batches.failures.get(first);
  if (known !== undefined) return known;
  let failures = 0;
  for (let id = first; id < first + size; id += 1) {
    const task = state.live.has(id) ? undefined : lookup(id);
    if (task?.batch?.first === first && hasFailed(task)) failures += 1;
  }
  state.batches.failures.set(first, failures);
  return failures;
}

function doom({ batches, live }: State, { first, size, maxFails }: Batch): void {
  const note = `more than ${maxFails} of its batch failed`;
  for (let id = first; id < first + size; id += 1) if (live.has(id)) batches.doomed.push({ id, note });
}
