/** The flat view of a task for people and scripts, and the words for how it ended. */
import type { AgentFacts } from "./agent.ts";
import { agentInfo } from "./agent-info.ts";
import type {
  FinishedStatus,
  HoldWhy,
  LiveRun,
  NotStarted,
  Outcome,
  Run,
  RunInfo,
  Status,
  StopCause,
  Task,
  TaskInfo,
  Usage,
} from "./task.ts";

/** Before anything ran. */
export const NO_USAGE: Usage = {
  cpuMs: 0,
  userMs: 0,
  systemMs: 0,
  peakRssBytes: 0,
  avgRssBytes: 0,
  readBytes: 0,
  writeBytes: 0,
  wallMs: 0,
  readOps: null,
  writeOps: null,
  processes: null,
  threads: null,
  voluntarySwitches: null,
  involuntarySwitches: null,
  groupPeakBytes: null,
};

/** With all fields, also those that were not known when it was stored. */
export function wholeUsage(usage: Usage): Usage {
  return { ...NO_USAGE, ...usage };
}

/** What only the daemon knows at the moment of asking. */
export type Live = {
  reason?: string | null;
  usage?: Usage;
  cpuPercent?: number;
  rssBytes?: number;
  agent?: AgentFacts;
};

/** Flattens a task; `live` adds the last sample and the reason it waits. */
export function taskInfo(task: Task, live: Live = {}): TaskInfo {
  const { status } = task;
  const run = "run" in status ? status.run : undefined;
  const end = "finishedAt" in status ? status : undefined;
  const outcome = end?.outcome ?? null;
  return {
    id: task.id,
    uid: task.uid,
    state: status.state,
    reason: live.reason ?? statusReason(status),
    exitCode: outcome?.kind === "exited" ? outcome.exitCode : null,
    signal: outcome?.kind === "signalled" ? outcome.signal : null,
    notStarted: outcome?.kind === "not-started" ? notStarted(outcome) : null,
    label: task.label,
    group: task.group,
    priority: task.priority,
    command: task.command,
    argv: task.argv,
    cwd: task.cwd,
    attempt: task.attempt,
    arrayIndex: task.arrayIndex,
    stdin: task.stdin,
    after: task.after ?? [],
    onDependencyFailure: task.onDependencyFailure ?? null,
    notBefore: startsAt(task),
    retry: task.retry ?? null,
    limits: task.limits ?? null,
    needs: task.needs ?? null,
    onFinish: task.onFinish ?? null,
    key: task.key ?? null,
    maxFails: task.batch?.maxFails ?? null,
    follows: task.follows ?? null,
    units: run?.units ?? null,
    schedule: task.schedule ?? null,
    worktree: task.worktree === undefined ? null : { ...task.worktree, checkout: task.checkout ?? null },
    checkpoint: task.checkpoint ?? null,
    agent: agentInfo(task, live.agent),
    budget: task.budget ?? null,
    spent: task.agent === undefined ? null : (task.spent ?? { usd: 0, tokens: 0 }),
    pid: run?.started?.pid ?? null,
    stopping: run?.stopping !== undefined,
    createdAt: task.createdAt,
    startedAt: run?.started?.startedAt ?? end?.startedAt ?? null,
    finishedAt: end?.finishedAt ?? null,
    waitedMs: waitedMs(task, run?.started?.startedAt ?? end?.startedAt ?? null),
    usage: wholeUsage(end?.usage ?? live.usage ?? NO_USAGE),
    cpuPercent: live.cpuPercent ?? null,
    rssBytes: live.rssBytes ?? null,
  };
}

/** The command, label and group are those that the task has now. */
export function runInfo(task: Task, run: Run): RunInfo {
  const { attempt, state, outcome, startedAt, finishedAt } = run;
  const queuedAt = run.queuedAt ?? (attempt === 1 ? task.createdAt : null);
  return {
    id: task.id,
    uid: task.uid,
    attempt,
    state,
    reason: state === "succeeded" ? null : outcomeText(outcome),
    exitCode: outcome.kind === "exited" ? outcome.exitCode : null,
    signal: outcome.kind === "signalled" ? outcome.signal : null,
    label: task.label,
    group: task.group,
    command: task.command,
    cwd: task.cwd,
    queuedAt,
    startedAt,
    finishedAt,
    waitedMs: queuedAt === null || startedAt === null ? null : Math.max(0, startedAt - queuedAt),
    usage: wholeUsage(run.usage),
  };
}

function waitedMs({ createdAt, queuedAt }: Task, startedAt: number | null): number | null {
  return startedAt === null ? null : Math.max(0, startedAt - (queuedAt ?? createdAt));
}

/** A held task keeps its time for its release. */
function startsAt({ status, notBefore }: Task): number | null {
  if (status.state === "queued") return status.notBefore ?? null;
  return status.state === "held" ? (notBefore ?? null) : null;
}

function notStarted({ step, errno, path }: NotStarted): NotStarted {
  return { step, errno, path };
}

/** What the stored facts alone say; why a queued task waits needs the scheduler. */
export function statusReason(status: Status): string | null {
  switch (status.state) {
    case "queued":
      return null;
    case "held":
      return holdReason(status.why);
    case "running":
      return stoppingReason(status.run) ?? status.run.attention?.note ?? null;
    case "paused":
      return (
        stoppingReason(status.run) ??
        (status.pressure === undefined ? null : `paused, as ${status.pressure}; goes on by itself`)
      );
    case "succeeded":
    case "failed":
    case "cancelled":
    case "timed-out":
    case "lost":
    case "skipped":
      return endReason(status);
  }
}

/** Of these the person knows nothing who looks at it. */
const SAYS_WHY: ReadonlySet<StopCause> = new Set(["pressure", "budget", "budget-hold"]);

function stoppingReason({ stopping }: LiveRun): string | null {
  if (stopping === undefined) return null;
  const why = SAYS_WHY.has(stopping.cause) && stopping.note !== null ? `: ${stopping.note}` : "";
  return `stopping with ${stopping.signal}${why}`;
}

function holdReason(why: HoldWhy): string {
  switch (why.kind) {
    case "user":
      return "held";
    case "dependency":
      return `task ${why.id}, which it depends on, ended as ${why.state}`;
    case "environment-lost":
      return (
        `the key to its secret variables (${why.names.join(", ")}) is gone, as after a reboot; ` +
        "`claudine release ID --env` from a shell that has them takes them anew"
      );
  }
}

function endReason(end: FinishedStatus): string | null {
  // The words of a step before the command say more than an error's name.
  if (end.outcome?.kind === "not-started" && end.note !== null && end.outcome.step === "worktree")
    return `could not start: ${end.note}`;
  const how = end.outcome === null ? null : outcomeText(end.outcome);
  if (end.note === null) return end.state === "succeeded" ? null : how;
  return how === null || end.state === "succeeded" ? end.note : `${end.note}: ${how}`;
}

/** The words for an outcome: `exit code 3`, `SIGKILL`, `could not start: ENOENT: foo`. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "exited":
      return `exit code ${outcome.exitCode}`;
    case "signalled":
      return `ended by ${outcome.signal}${outcome.coreDumped ? " (core dumped)" : ""}`;
    case "not-started":
      return `could not start: ${outcome.errno} ${outcome.step} ${outcome.path}`;
    case "lost":
      return LOST[outcome.why];
  }
}

const LOST = {
  rebooted: "the machine was restarted while it ran",
  vanished: "its process vanished without a trace of how it ended",
  "record-unreadable": "the record of how it ended is unreadable",
} as const;
