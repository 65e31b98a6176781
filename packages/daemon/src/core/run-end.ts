/** How a run has ended, and what follows from that by itself: another run, its budgets, a limit that it met. */
import {
  formatBytes,
  type AgentEnd,
  type EventBody,
  type LiveRun,
  type Outcome,
  type StopCause,
  type Task,
  type TaskState,
} from "@claudine/protocol";
import { didMeetLimit, limitAfter } from "./agent-limits.ts";
import { didFail, endedByItself, hadAnswered, nextChoice } from "./agents.ts";
import { budgetFate, budgetsAfter, chargeOf, withFate, type Fate } from "./budget-ends.ts";
import type { Report } from "./command.ts";
import {
  goesOnAfter,
  goesOnAfterLimit,
  goesOnAsTold,
  goesOnElsewhere,
  otherSession,
  withoutItsSession,
} from "./continue.ts";
import type { Facts } from "./decide.ts";
import { again, yielded } from "./retries.ts";

type EndReport = Extract<Report, { type: "report-ended" }>;

/** @param live the run that the report is about */
export function decideEnd(facts: Facts, live: LiveRun, report: EndReport): EventBody[] {
  const task = facts.lookup(report.id);
  if (task === undefined) return [];
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
  { id, attempt, outcome, overMemory }: EndReport,
  { stopping }: LiveRun,
): Extract<EventBody, { type: "run.stopping" }> | undefined {
  const limitBytes = facts.lookup(id)?.needs?.memoryMaxBytes;
  const isWell = outcome.kind === "exited" && outcome.exitCode === 0;
  if (overMemory !== true || limitBytes === undefined || stopping !== undefined || isWell) return undefined;
  const note = `used more than the ${formatBytes(limitBytes)} of memory that it may use`;
  return { type: "run.stopping", id, attempt, cause: "memory", signal: "SIGKILL", killAt: facts.now, note };
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
