/** What was measured of the machine and of runs. */
import { ClaudineError, isFinished, type Run, type Task, type TaskId } from "@claudine/protocol";
import { readWaited } from "../../reading/waited.ts";
import type { Context, Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { noSuchTask } from "./read-tasks.ts";

const HOUR_MS = 3_600_000;

export const host: Handler<"host.history"> = async ({ history, config }, params, caller) => {
  const until = params.until ?? Date.now();
  const since = params.since ?? Math.max(0, until - HOUR_MS);
  if (since > until)
    throw new ClaudineError("invalid_params", "Cannot read the history of the machine: `since` is after `until`");
  return caller.inTurn(() => history.host.read({ since, until, stepMs: params.stepMs ?? config.history.every }));
};

export const course: Handler<"run.course"> = async (context, { id, attempt: asked }) => {
  const task = await readTask(context, id);
  const attempt = attemptOf(task, asked);
  if (attempt === 0)
    throw new ClaudineError("wrong_state", `Cannot show the metrics of task ${id}: it has not run yet`, {
      hint: `\`claudine explain ${id}\` says why it waits`,
    });
  return { attempt, points: context.history.courses.read({ id, attempt }) };
};

export const waited: Handler<"run.waited"> = async (context, { id, attempt: asked }, caller) => {
  const task = await readTask(context, id);
  const isWaiting = task.status.state === "queued" || task.status.state === "held";
  const attempt = attemptOf(task, asked ?? (isWaiting ? task.attempt + 1 : undefined), isWaiting ? 1 : 0);
  const run = context.store.runs(id).find((one) => one.attempt === attempt);
  const { from, until } = spanOf(task, attempt, run);
  const { lastSeq } = await context.engine.read((state) => ({ lastSeq: state.lastSeq }));
  const found = await caller.inTurn(() => readWaited(context.store, { task, from, until }, lastSeq));
  return { attempt, waitedMs: Math.max(0, until - from), ...found };
};

async function readTask(context: Context, id: TaskId): Promise<Task> {
  const task = await context.engine.read((state) => taskOf(context, state, id));
  if (task === undefined) throw noSuchTask("show", id);
  return task;
}

function attemptOf({ id, attempt }: Task, asked = attempt, more = 0): number {
  if (asked <= attempt + more) return asked;
  throw new ClaudineError("not_found", `Cannot show run ${asked} of task ${id}: it has had ${attempt}`);
}

/** The time in which a run of the task waited; of one that still does, until now. */
function spanOf(task: Task, attempt: number, run: Run | undefined): { from: number; until: number } {
  const asked = task.queuedAt ?? task.createdAt;
  if (run !== undefined) {
    const from = run.queuedAt ?? (attempt === 1 ? task.createdAt : (run.startedAt ?? run.finishedAt));
    return { from, until: run.startedAt ?? run.finishedAt };
  }
  const { status } = task;
  if ("run" in status) return { from: asked, until: status.run.admittedAt };
  return { from: asked, until: isFinished(status.state) && "finishedAt" in status ? status.finishedAt : Date.now() };
}
