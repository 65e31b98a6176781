/** The times at which something is due for a run: its timeout, the warnings before it, silence, and SIGKILL. */
import { formatDuration, type EventBody, type LiveRun, type Task } from "@claudine/protocol";
import type { Silence, State } from "./state.ts";

export type Due = { at: number; what: "kill" | "timeout" | "warn" | "signal" | "idle" };

/** Said when so much of the time is over. */
const WARN_SHARE = 0.9;

/** What is due first for a task that runs; times are of the steady clock. */
export function nextDue(state: State, task: Task): Due | undefined {
  if (!("run" in task.status)) return undefined;
  const { run } = task.status;
  if (run.stopping !== undefined) return run.stopping.killed ? undefined : { at: run.stopping.killAt, what: "kill" };
  const dues = [...timeoutDues(task, run)];
  const idle = state.idle.get(task.id);
  if (idle !== undefined) dues.push({ at: idle.lookAt, what: "idle" });
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
  /** Since when, on the steady clock, the wall clock was not set and the machine not suspended. */
  evenSince: number;
  /** When a running task last wrote something, epoch ms; undefined when it has not. */
  outputAt(task: Task): number | undefined;
};

/** How long ago a stamp of the wall clock is, as far as can be told. */
export function passedMs({ now, wall, evenSince }: Omit<Times, "outputAt">, stamp: number): number {
  return Math.max(0, Math.min(wall - stamp, now - evenSince));
}

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
  const silence = silenceOf(state, task, times);
  if (times.now - silence.from >= idleTimeoutMs)
    return endFor(state, task, {
      cause: "idle-timeout",
      note: `wrote nothing for ${formatDuration(idleTimeoutMs)}`,
      now: times.now,
    });
  state.idle.set(task.id, { lookAt: silence.from + idleTimeoutMs, silence });
  return undefined;
}

/** What did not change since the last look lasts since then, whatever was done to the wall clock. */
function silenceOf(state: State, task: Task, times: Times): Silence {
  if (!("run" in task.status) || task.status.state === "paused") return { from: times.now, signs: "" };
  const { started, resumedAt } = task.status.run;
  const stamps = [started?.startedAt, resumedAt, times.outputAt(task)].filter((at) => at !== undefined);
  const signs = stamps.join(" ");
  const known = state.idle.get(task.id)?.silence;
  if (known?.signs === signs) return known;
  return { from: times.now - Math.min(...stamps.map((stamp) => passedMs(times, stamp))), signs };
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
