/** Waits until tasks are where a caller wants them. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { isFinished, type Task, type TaskId } from "@claudine/protocol";
import type { Caller, Context } from "./context.ts";
import { taskOf } from "./select.ts";

/** `never` ends the wait at once with reached = false. */
export type Verdict = "yes" | "not-yet" | "never";
export type WaitFor = {
  ids: readonly TaskId[];
  judge: (task: Task | undefined) => Verdict;
  timeoutMs?: number | undefined;
  caller?: Caller;
};

/** Resolves with whether all got there; "timeout" when they did not in time. */
export async function waitForTasks(
  context: Context,
  { ids, judge, timeoutMs, caller }: WaitFor,
): Promise<boolean | "timeout"> {
  const open = new Set(ids);
  let stop = () => {};
  let timer: NodeJS.Timeout | undefined;
  let hangUp = () => {};
  let settled = false;
  try {
    return await new Promise<boolean | "timeout">((resolve, reject) => {
      const look = (id: TaskId, task: Task | undefined) => {
        const verdict = judge(task);
        if (verdict === "never") resolve(false);
        else if (verdict === "yes") open.delete(id);
        if (open.size === 0) resolve(true);
      };
      stop = context.watchers.add({ ids, onFact: look });
      if (timeoutMs !== undefined) timer = setTimeout(() => resolve("timeout"), Math.min(timeoutMs, 2 ** 31 - 1));
      hangUp = () => resolve(false);
      caller?.closed.addEventListener("abort", hangUp);
      lookAtAll(context, ids, (id, task) => {
        look(id, task);
        return !settled;
      })
        .then(() => {
          if (open.size === 0) resolve(true);
        })
        .catch(reject);
    });
  } finally {
    settled = true;
    stop();
    clearTimeout(timer);
    caller?.closed.removeEventListener("abort", hangUp);
  }
}

/** Finished ones are read from the store, which takes seconds for a hundred thousand. */
const PIECE = 500;

/** In pieces, until `look` says that it is enough. */
async function lookAtAll(
  context: Context,
  ids: readonly TaskId[],
  look: (id: TaskId, task: Task | undefined) => boolean,
): Promise<void> {
  for (let from = 0; from < ids.length; from += PIECE) {
    if (from > 0) await nextTurn();
    const goesOn = await context.engine.read((state) =>
      ids.slice(from, from + PIECE).every((id) => look(id, taskOf(context, state, id))),
    );
    if (!goesOn) return;
  }
}

/** A start is noticed at the first sample at the latest. */
const START_PATIENCE_MS = 2000;

/** For commands that act on processes: what has just been started is there, though nobody has noticed yet. */
export async function untilStartsAreKnown(context: Context, ids: readonly TaskId[], caller: Caller): Promise<void> {
  const unknown = await context.engine.read((state) =>
    ids.flatMap((id) => {
      const task = state.live.get(id);
      return task === undefined || startIsKnown(task) === "yes" ? [] : [task];
    }),
  );
  if (unknown.length === 0) return;
  unknown.forEach(context.look);
  const wanted = unknown.map(({ id }) => id);
  await waitForTasks(context, { ids: wanted, judge: startIsKnown, timeoutMs: START_PATIENCE_MS, caller });
}

function startIsKnown(task: Task | undefined): Verdict {
  return task !== undefined && "run" in task.status && task.status.run.started === undefined ? "not-yet" : "yes";
}

export function ended(task: Task | undefined): Verdict {
  return task === undefined || isFinished(task.status.state) ? "yes" : "not-yet";
}

export function succeeded(task: Task | undefined): Verdict {
  if (task === undefined) return "never";
  if (task.status.state === "succeeded") return "yes";
  return isFinished(task.status.state) ? "never" : "not-yet";
}

export function hasStarted(task: Task | undefined): Verdict {
  if (task === undefined) return "never";
  const { status } = task;
  if ("run" in status) return status.run.started === undefined ? "not-yet" : "yes";
  if ("finishedAt" in status) return status.startedAt === null ? "never" : "yes";
  return "not-yet";
}
