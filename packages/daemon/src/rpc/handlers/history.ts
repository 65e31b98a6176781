/** What was measured of the machine and of runs. */
import { ClaudineError, isFinished, type Run, type Task, type TaskId } from "@claudine/protocol";
import { readRunList, type RunEnd } from "../../reading/run-list.ts";
import { readWaited } from "../../reading/waited.ts";
import type { Context, Handler } from "../context.ts";
import { allIds, selectTasks, taskOf } from "../select.ts";
import { filterOf, noSuchTask } from "./read-tasks.ts";

const HOUR_MS = 3_600_000;

export const host: Handler<"host.history"> = async ({ history, config }, params, caller) => {
  const until = params.until ?? Date.now();
  const since = params.since ?? Math.max(0, until - HOUR_MS);
  if (since > until)
    throw new ClaudineError("invalid_params", "Cannot read the history of the machine: `since` is after `until`");
  return caller.inTurn(() => history.host.read({ since, until, stepMs: params.stepMs ?? config.history.every }));
};

export const runs: Handler<"run.list"> = async (context, params, caller) => {
  const { selector, since = 0, until, limit } = params;
  const selected =
    selector === undefined
      ? undefined
      : new Set(allIds(await selectTasks(context, { words: selector, scope: "any" }, caller)));
  const keep = filterOf({ ...params, states: undefined });
  const { task, run, runEnds } = context.store;
  const asked = params.before === undefined ? undefined : readCursor(params.before);
  const found = await caller.inTurn(() =>
    readRunList(
      { task, run, runEnds, closed: caller.closed },
      {
        before: earlier(asked, until),
        since,
        isSelected: (id) => selected?.has(id) ?? true,
        isWanted: (one, { state }) => (params.states?.includes(state) ?? true) && keep(one),
        limit,
      },
    ),
  );
  return { runs: found.runs, next: found.next === null ? null : Object.values(found.next).join("-") };
};

function readCursor(text: string): RunEnd {
  const [at = 0, id = 0, attempt = 0] = text.split("-").map(Number);
  return { at, id, attempt };
}

/** What ended at `until` itself counts. */
function earlier(asked: RunEnd | undefined, until: number | undefined): RunEnd | undefined {
  if (until === undefined || (asked !== undefined && asked.at <= until)) return asked;
  return { at: until + 1, id: 0, attempt: 0 };
}

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
