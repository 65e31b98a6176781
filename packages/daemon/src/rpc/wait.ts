/** Waits until tasks are where a caller wants them. */
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
      context.engine
        .read((state) => {
          for (const id of ids) look(id, taskOf(context, state, id));
          if (open.size === 0) resolve(true);
        })
        .catch(reject);
    });
  } finally {
    stop();
    clearTimeout(timer);
    caller?.closed.removeEventListener("abort", hangUp);
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
