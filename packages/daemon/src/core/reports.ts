/** What processes report: a report about a run that is over, or was never admitted, is ignored. */
import { formatBytes, type EventBody, type LiveRun, type TaskId } from "@claudine/protocol";
import { decideAnswers } from "./agent-limits.ts";
import { decideAttention } from "./agents.ts";
import { decideSpending } from "./budget-ends.ts";
import type { Report } from "./command.ts";
import { passedMs } from "./deadlines.ts";
import type { Facts } from "./decide.ts";
import { decideEnd } from "./run-end.ts";
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
    case "report-ended": {
      const run = currentRun(facts, report.id, report.attempt);
      return run === undefined ? [] : decideEnd(facts, run, report);
    }
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

/** On the steady clock; the start is told a moment after it happened. */
function timeoutOf(facts: Facts, id: TaskId, startedAt: number): { timeoutAt?: number } {
  const timeoutMs = facts.lookup(id)?.limits?.timeoutMs;
  return timeoutMs === undefined ? {} : { timeoutAt: facts.now - passedMs(facts, startedAt) + timeoutMs };
}

function currentRun(facts: Facts, id: TaskId, attempt: number): LiveRun | undefined {
  const task = facts.lookup(id);
  return task !== undefined && "run" in task.status && task.status.run.attempt === attempt
    ? task.status.run
    : undefined;
}
