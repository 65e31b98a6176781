/** What processes report: a report about a run that is over, or was never admitted, is ignored. */
import {
  formatBytes,
  type AgentEnd,
  type EventBody,
  type LiveRun,
  type Outcome,
  type StopCause,
  type Task,
  type TaskId,
  type TaskState,
} from "@claudine/protocol";
import { decideAnswers, didMeetLimit, limitAfter } from "./agent-limits.ts";
import { budgetFate, budgetsAfter, chargeOf, decideSpending, withFate, type Fate } from "./budget-ends.ts";
import { decideAttention, didFail, endedByItself, hadAnswered, nextChoice } from "./agents.ts";
import type { Report } from "./command.ts";
import {
  goesOnAfter,
  goesOnAfterLimit,
  goesOnAsTold,
  goesOnElsewhere,
  otherSession,
  withoutItsSession,
} from "./continue.ts";
import { passedMs } from "./deadlines.ts";
import type { Facts } from "./decide.ts";
import { again, yielded } from "./retries.ts";
import { stopRun } from "./stop.ts";

export function decideReport(facts: Facts, report: Report): EventBody[] {
  switch (report.type) {
    case "report-daemon":
      return [
        report.started
          ? { type: "daemon.started", pid: report.pid, version: report.version, bootId: report.bootId }
          : { type: "daemon.stopped", pid: report.pid },
      ];
    case "report-started": {
      const run = currentRun(facts, report.id, report.attempt);
      if (run === undefined || run.started !== undefined) return [];
      const { id, attempt, process, startedAt } = report;
      return [{ type: "run.started", id, attempt, process, startedAt, ...timeoutOf(facts, id, startedAt) }];
    }
    case "report-ended":
      return decideEnd(facts, report);
    case "report-worktree": {
      const { id, step, worktree } = report;
      return facts.lookup(id) === undefined ? [] : [{ type: "worktree.changed", id, step, worktree }];
    }
    case "report-memory":
      return decideMemory(facts, report);
    case "report-output":
      return decideOutput(facts, report);
    case "report-attention":
      return decideAttention(facts, report);
    case "report-answers":
      return decideAnswers(facts, report);
    case "report-spending":
      return decideSpending(facts, report);
    case "report-no-environment":
      return currentRun(facts, report.id, report.attempt) === undefined
        ? []
        : [{ type: "task.held", id: report.id, why: { kind: "environment-lost", names: [...report.names] } }];
  }
}

/** A run that uses more than it may is not asked to end: what it allocates meanwhile would hurt others. */
function decideMemory(facts: Facts, report: Extract<Report, { type: "report-memory" }>): EventBody[] {
  const run = currentRun(facts, report.id, report.attempt);
  const limitBytes = facts.lookup(report.id)?.needs?.memoryMaxBytes;
  if (run === undefined || run.stopping?.killed === true || limitBytes === undefined) return [];
  const { id, attempt, rssBytes } = report;
  if (rssBytes <= limitBytes) return [];
  const note = `used ${formatBytes(rssBytes)} of memory, and may use ${formatBytes(limitBytes)}`;
  return [{ type: "run.stopping", id, attempt, cause: "memory", signal: "SIGKILL", killAt: facts.now, note }];
}

/** It may tidy up: what it writes meanwhile is left out. */
function decideOutput(facts: Facts, report: Extract<Report, { type: "report-output" }>): EventBody[] {
  const run = currentRun(facts, report.id, report.attempt);
  const task = facts.lookup(report.id);
  if (task === undefined || run === undefined || run.stopping !== undefined) return [];
  const note = `wrote ${formatBytes(report.bytes)} of output, and may write ${formatBytes(report.maxBytes)}`;
  return stopRun(facts, { cause: "output", signal: "SIGTERM", note }, task);
}

function currentRun(facts: Facts, id: TaskId, attempt: number): LiveRun | undefined {
  const task = facts.lookup(id);
  return task !== undefined && "run" in task.status && task.status.run.attempt === attempt
    ? task.status.run
    : undefined;
}

function decideEnd(facts: Facts, report: Extract<Report, { type: "report-ended" }>): EventBody[] {
  const live = currentRun(facts, report.id, report.attempt);
  const task = facts.lookup(report.id);
  if (live === undefined || task === undefined) return [];
  const { id, attempt, outcome, startedAt, finishedAt, usage } = report;
  const capped = endedByCap(facts, report, live);
  const run = capped === undefined ? live : { ...live, stopping: { ...capped, requestedAt: facts.wall, killed: true } };
  const charge = chargeOf(facts, task, report);
  const fate = budgetFate(facts, task, { run, agent: report.agent, charge });
  const agent = withFate(report.agent, fate);
  const state = endState(run, outcome, agent);
  const went = otherSession(task, agent);
  const end: EventBody = {
    type: "run.finished",
    id,
    attempt,
    state,
    outcome,
    startedAt,
    finishedAt,
    usage,
    note: endNote(run, agent) ?? report.note ?? went ?? task.goesOn?.note ?? null,
    queuedAt: task.queuedAt ?? task.createdAt,
    ...(agent === undefined ? {} : { agent }),
    ...(task.goesOn === undefined ? {} : { goesOn: task.goesOn }),
    ...(charge === undefined ? {} : { spent: charge }),
  };
  // What follows an end by itself comes right after it.
  return [
    ...limitAfter(facts, task, { run, agent }),
    ...budgetsAfter(facts, task, { run, agent: report.agent, charge }),
    ...(capped === undefined ? [end] : [capped, end]),
    ...nextRun(facts, task, { run, state, outcome, agent, fate }),
  ];
}

type End = {
  run: LiveRun;
  state: TaskState;
  outcome: Outcome;
  agent: AgentEnd | undefined;
  fate: Fate | undefined;
};

/** The run that follows by itself, if any. */
function nextRun(facts: Facts, task: Task, { run, state, outcome, agent, fate }: End): EventBody[] {
  const retried = { type: "task.retried", id: task.id, automatic: true } as const;
  if (fate?.kind === "failed") return [];
  if (fate?.kind === "again") return [{ ...retried, after: "budget", ...goesOnAfterLimit(task, agent) }];
  const instead = insteadOf(task, { state, run, agent });
  if (instead !== undefined) return [instead];
  const next = run.stopping?.cause === "pressure" ? yielded(task) : again(task, state, outcome);
  if (next === undefined) return [];
  const { afterMs } = next;
  const delay = afterMs === 0 ? {} : { notBefore: facts.wall + afterMs, ripeAt: facts.now + afterMs };
  const after = next.after === undefined ? {} : { after: next.after };
  return [{ ...retried, ...after, ...delay, ...goesOnAfter(task, agent) }];
}

function insteadOf(task: Task, { state, run, agent }: Pick<End, "state" | "run" | "agent">): EventBody | undefined {
  if (state === "succeeded") return goesOnAsTold(task, agent);
  return state === "failed" && endedByItself(run) ? tryInstead(task, agent) : undefined;
}

/** Another agent, later, or in another session: the task itself did not fail. */
function tryInstead(task: Task, agent: AgentEnd | undefined): EventBody | undefined {
  const retried = { type: "task.retried", id: task.id, automatic: true } as const;
  const agentAt = nextChoice(task, agent);
  if (agentAt !== undefined) return { ...retried, after: "capacity", agentAt, ...goesOnElsewhere(task) };
  if (didMeetLimit(task, agent)) return { ...retried, after: "limit", ...goesOnAfterLimit(task, agent) };
  return withoutItsSession(task, agent);
}

/** What the kernel did, as if it had been done here. */
function endedByCap(
  facts: Facts,
  { id, attempt, outcome, overMemory }: Extract<Report, { type: "report-ended" }>,
  { stopping }: LiveRun,
): Extract<EventBody, { type: "run.stopping" }> | undefined {
  const limitBytes = facts.lookup(id)?.needs?.memoryMaxBytes;
  const isWell = outcome.kind === "exited" && outcome.exitCode === 0;
  if (overMemory !== true || limitBytes === undefined || stopping !== undefined || isWell) return undefined;
  const note = `used more than the ${formatBytes(limitBytes)} of memory that it may use`;
  return { type: "run.stopping", id, attempt, cause: "memory", signal: "SIGKILL", killAt: facts.now, note };
}

/** On the steady clock; the start is told a moment after it happened. */
function timeoutOf(facts: Facts, id: TaskId, startedAt: number): { timeoutAt?: number } {
  const timeoutMs = facts.lookup(id)?.limits?.timeoutMs;
  return timeoutMs === undefined ? {} : { timeoutAt: facts.now - passedMs(facts, startedAt) + timeoutMs };
}

/** The first cause wins: a run that was asked to end did not fail by itself. */
function endState(run: LiveRun, outcome: Outcome, agent: AgentEnd | undefined): TaskState {
  if (hadAnswered(run, agent)) return "succeeded";
  if (run.stopping !== undefined) return STOPPED[run.stopping.cause];
  switch (outcome.kind) {
    case "exited":
      return outcome.exitCode === 0 && !didFail(agent) ? "succeeded" : "failed";
    case "signalled":
    case "not-started":
      return "failed";
    case "lost":
      return "lost";
  }
}

const STOPPED: Readonly<Record<StopCause, TaskState>> = {
  kill: "cancelled",
  cancel: "cancelled",
  replaced: "cancelled",
  timeout: "timed-out",
  "idle-timeout": "timed-out",
  memory: "failed",
  output: "failed",
  quiet: "timed-out",
  lingering: "failed",
  pressure: "cancelled",
  budget: "failed",
  "budget-hold": "cancelled",
};

function endNote(run: LiveRun, agent: AgentEnd | undefined): string | null {
  const { stopping } = run;
  if (stopping === undefined) return agent?.error?.message ?? null;
  if (stopping.note !== null) return stopping.note;
  return stopping.cause === "kill" ? "killed" : stopping.cause === "replaced" ? "replaced" : "cancelled";
}
