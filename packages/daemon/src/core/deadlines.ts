/** The times at which something is due for a run: its timeout, the warnings before it, silence, and SIGKILL. */
import { formatDuration, type EventBody, type LiveRun, type Task } from "@claudine/protocol";
import type { State } from "./state.ts";

export type Due = { at: number; what: "kill" | "timeout" | "warn" | "signal" | "idle" };

/** Said when so much of the time is over. */
const WARN_SHARE = 0.9;

/** What is due first for a task that runs; times are of the steady clock. */
export function nextDue(state: State, task: Task): Due | undefined {
  if (!("run" in task.status)) return undefined;
  const { run } = task.status;
  if (run.stopping !== undefined) return run.stopping.killed ? undefined : { at: run.stopping.killAt, what: "kill" };
  const dues = [...timeoutDues(task, run)];
  const idleAt = state.idleAt.get(task.id);
  if (idleAt !== undefined) dues.push({ at: idleAt, what: "idle" });
  return dues.reduce<Due | undefined>(
    (first, due) => (first === undefined || due.at < first.at ? due : first),
    undefined,
  );
}

function timeoutDues({ limits }: Task, { timeoutAt, warned, signalled }: LiveRun): Due[] {
  if (timeoutAt === undefined || limits?.timeoutMs === undefined) return [];
  const warnAt = timeoutAt - Math.round(limits.timeoutMs * (1 - WARN_SHARE));
  const { warnSignal } = limits;
  return [
    { at: timeoutAt, what: "timeout" },
    ...(warned === true ? [] : [{ at: warnAt, what: "warn" } as const]),
    ...(warnSignal === undefined || signalled === true
      ? []
      : [{ at: timeoutAt - warnSignal.beforeMs, what: "signal" } as const]),
  ];
}

export type Times = {
  now: number;
  wall: number;
  /** When a running task last wrote something, epoch ms; undefined when it has not. */
  outputAt(task: Task): number | undefined;
};

/** The event for what is due; undefined when silence was looked at and is not long enough yet. */
export function dueEvent(state: State, task: Task, { due, times }: { due: Due; times: Times }): EventBody | undefined {
  if (!("run" in task.status)) return undefined;
  const { id, limits, status } = task;
  const { attempt, timeoutAt = times.now } = status.run;
  switch (due.what) {
    case "kill":
      return { type: "run.escalated", id, attempt, signal: "SIGKILL" };
    case "warn":
      return { type: "run.warned", id, attempt, remainingMs: Math.max(0, timeoutAt - times.now) };
    case "signal":
      return { type: "run.signalled", id, attempt, signal: limits?.warnSignal?.signal ?? "SIGTERM", early: true };
    case "timeout":
      return endFor(state, task, {
        cause: "timeout",
        note: `ran longer than ${formatDuration(limits?.timeoutMs ?? 0)}`,
        now: times.now,
      });
    case "idle":
      return endIfIdle(state, task, times);
  }
}

function endIfIdle(state: State, task: Task, times: Times): EventBody | undefined {
  if (!("run" in task.status)) return undefined;
  const idleTimeoutMs = task.limits?.idleTimeoutMs ?? 0;
  const since = Math.max(task.status.run.started?.startedAt ?? times.wall, times.outputAt(task) ?? 0);
  const quietMs = task.status.state === "paused" ? 0 : Math.max(0, times.wall - since);
  if (quietMs >= idleTimeoutMs)
    return endFor(state, task, {
      cause: "idle-timeout",
      note: `wrote nothing for ${formatDuration(idleTimeoutMs)}`,
      now: times.now,
    });
  state.idleAt.set(task.id, times.now + idleTimeoutMs - quietMs);
  return undefined;
}

type Ending = { cause: "timeout" | "idle-timeout"; note: string; now: number };

/** A stopped process cannot act on SIGTERM, so it is continued first. */
function endFor(state: State, task: Task, { cause, note, now }: Ending): EventBody | undefined {
  if (!("run" in task.status)) return undefined;
  const { attempt } = task.status.run;
  if (task.status.state === "paused") return { type: "run.resumed", id: task.id, attempt };
  const killAt = now + (task.limits?.graceMs ?? state.settings.graceMs);
  return { type: "run.stopping", id: task.id, attempt, cause, signal: "SIGTERM", killAt, note };
}
