/** Ending and signalling tasks: the intent is an event before any signal is sent. */
import type { EventBody, StopCause, Task } from "@claudine/protocol";
import type { Targets, UserCommand } from "./command.ts";
import { dependentsOf } from "./dependencies.ts";
import type { Facts } from "./decide.ts";
import { eachTarget, stateWords, type Verdict } from "./targets.ts";

type StopCommand = Extract<UserCommand, { type: "stop" | "signal" }>;

const CANCEL_HINT = "`claudine cancel` takes a task that does not run out of the queue";

export function decideStop(facts: Facts, command: StopCommand): EventBody[] {
  const verb = command.type === "stop" ? command.cause : "signal";
  return eachTarget(facts, targetsOf(facts, command), {
    verb,
    hint: ({ status }) => (verb === "kill" && !("finishedAt" in status) ? CANCEL_HINT : undefined),
    judge: (task) => (command.type === "stop" ? judgeStop(facts, command, task) : judgeSignal(command, task)),
  });
}

function targetsOf({ state }: Facts, command: StopCommand): Targets {
  const { named, matched } = command.targets;
  if (command.type === "signal" || command.cascade !== true) return command.targets;
  return { named, matched: [...matched, ...dependentsOf(state, [...named, ...matched])] };
}

function judgeStop(facts: Facts, command: Extract<StopCommand, { type: "stop" }>, task: Task): Verdict {
  const { id, status } = task;
  switch (status.state) {
    case "queued":
    case "held":
      return command.cause === "cancel" ? [{ type: "task.cancelled", id, note: command.note }] : stateWords(task);
    case "running":
    case "paused":
      return stopRun(facts, command, task);
    case "succeeded":
    case "failed":
    case "cancelled":
    case "timed-out":
    case "lost":
    case "skipped":
      return stateWords(task);
  }
}

export type StopWish = Pick<Extract<StopCommand, { type: "stop" }>, "cause" | "signal" | "graceMs" | "note">;

/** Nothing when it is already being ended as soon as that. */
export function stopRun(facts: Pick<Facts, "state" | "now">, command: StopWish, task: Task): EventBody[] {
  if (!("run" in task.status)) return [];
  const { id, status } = task;
  const { attempt, stopping } = status.run;
  const killAt = facts.now + (command.graceMs ?? task.limits?.graceMs ?? facts.state.settings.graceMs);
  // It is not to come back any more, and that is all that changes for one that has got its signal.
  if (stopping !== undefined && keepsAway(task, stopping.cause, command.cause)) {
    const signal = stopping.killed ? "SIGKILL" : command.signal;
    const soonest = Math.min(stopping.killAt, killAt);
    return [{ type: "run.stopping", id, attempt, cause: command.cause, signal, killAt: soonest, note: command.note }];
  }
  // A second request may only hasten the end: the first cause stays.
  if (stopping !== undefined && command.signal === "SIGKILL" && !stopping.killed) {
    return [{ type: "run.escalated", id, attempt, signal: "SIGKILL" }];
  }
  if (stopping !== undefined && (stopping.killed || killAt >= stopping.killAt)) return [];
  const cause = stopping?.cause ?? command.cause;
  const note = stopping?.note ?? command.note;
  const stop: EventBody = { type: "run.stopping", id, attempt, cause, signal: command.signal, killAt, note };
  // A stopped process cannot act on SIGTERM, so it is continued first.
  return status.state === "paused" ? [{ type: "run.resumed", id, attempt }, stop] : [stop];
}

/** A run that is ended for the first cause would be followed by another, and for the second one not, or by its own rules. */
function keepsAway({ retry }: Task, first: StopCause, second: StopCause): boolean {
  if (comesBack(first)) return !comesBack(second);
  return retry !== undefined && !isLast(first) && isLast(second);
}

function comesBack(cause: StopCause): boolean {
  return cause === "pressure" || cause === "budget-hold";
}

/** Somebody wants it to be over: no retry follows. */
function isLast(cause: StopCause): boolean {
  return cause === "kill" || cause === "cancel" || cause === "replaced";
}

function judgeSignal(command: Extract<StopCommand, { type: "signal" }>, task: Task): Verdict {
  const { id, status } = task;
  if (!("run" in status)) return stateWords(task);
  if (status.run.started === undefined) return "its process has not started yet";
  return [{ type: "run.signalled", id, attempt: status.run.attempt, signal: command.signal }];
}
