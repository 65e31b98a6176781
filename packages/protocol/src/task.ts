/** Schemas of a task, its runs and what they used. Stored in LMDB, carried in events, sent to clients. */
import * as z from "zod";
import { AgentEnd, AgentFacts, AgentInfo, AgentSpec, Attention, Feedback, FEEDBACK_MAX, GoesOn } from "./agent.ts";
import { Millis, TaskId } from "./ids.ts";
import {
  Batch,
  Dependency,
  Follows,
  Limits,
  Needs,
  OnDependencyFailure,
  RetryRule,
  rules,
  ScheduleLink,
} from "./rules.ts";
import { STATES } from "./states.ts";
import { CheckpointRule, gitRules, Worktree, WorktreeRule } from "./worktree.ts";

export { Millis, TaskId } from "./ids.ts";

export const TaskState = z.enum(STATES);
export type TaskState = z.infer<typeof TaskState>;

/** Runs of earlier versions lack it. */
const later = () => z.number().nullable().optional();

/** What a run used. Totals of the process tree; exact at the end, sampled while it runs. */
export const Usage = z.object({
  cpuMs: z.number().describe("User plus system CPU time"),
  userMs: z.number(),
  systemMs: z.number(),
  peakRssBytes: z.number().describe("Highest resident memory seen for the whole tree"),
  avgRssBytes: z.number().describe("Resident memory of the tree, averaged over time"),
  readBytes: z.number().describe("Read from storage"),
  writeBytes: z.number().describe("Written to storage"),
  wallMs: z.number().describe("From the start of the command to its end, pauses included"),
  readOps: later().describe("Calls that read, of files, pipes and all else; null where unknown"),
  writeOps: later().describe("Calls that wrote; null where unknown"),
  processes: later().describe("Most at once in any sample, at least 1; null where unknown"),
  threads: later().describe("Most at once in any sample, of all processes together, at least 1; null where unknown"),
  voluntarySwitches: later().describe("How often it gave up the processor, to wait; null where unknown"),
  involuntarySwitches: later().describe("How often the processor was taken from it; null where unknown"),
  groupPeakBytes: later().describe(
    "Most that its control group held at once, with the files it had in memory; null where it had none",
  ),
});
export type Usage = z.infer<typeof Usage>;

export const NotStarted = z.object({
  step: z.string().describe("What was tried: `exec`, `chdir` and others"),
  errno: z.string().describe("Why the system refused, as `ENOENT`"),
  path: z.string(),
});
export type NotStarted = z.infer<typeof NotStarted>;

/** How a run ended, as data. */
export const Outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("exited"), exitCode: z.int() }),
  z.object({ kind: z.literal("signalled"), signal: z.string(), coreDumped: z.boolean() }),
  NotStarted.extend({ kind: z.literal("not-started") }),
  z.object({ kind: z.literal("lost"), why: z.enum(["rebooted", "vanished", "record-unreadable"]) }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** A process is named by these three together, never by its pid alone. */
export const ProcessIdentity = z.object({
  pid: z.int(),
  startTicks: z.string().describe("Kernel start time: field 22 of /proc/PID/stat, or lstart on macOS"),
  bootId: z.string(),
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** The first cause to end a run wins; later ones only escalate it. */
export const StopCause = z.enum([
  "kill",
  "cancel",
  "replaced",
  "timeout",
  "idle-timeout",
  "memory",
  "pressure",
  "output",
  "quiet",
  "lingering",
]);
export type StopCause = z.infer<typeof StopCause>;

export const Stopping = z.object({
  cause: StopCause,
  signal: z.string(),
  requestedAt: Millis,
  killAt: Millis.describe("When SIGKILL follows"),
  killed: z.boolean().describe("SIGKILL has been decided"),
  note: z.string().nullable(),
});
export type Stopping = z.infer<typeof Stopping>;

/** Which units of the counted resources a run has, as `{gpu: [0, 2]}`. */
export const Units = z.record(z.string(), z.array(z.int().min(0)));
export type Units = z.infer<typeof Units>;

/** The attempt a task is in. `started` is there once the command executes. */
export const LiveRun = z.object({
  attempt: z.int().positive(),
  admittedAt: Millis,
  units: Units.optional(),
  slots: z.int().positive().optional().describe("That it takes; 1 unless said"),
  started: ProcessIdentity.extend({ startedAt: Millis }).optional(),
  timeoutAt: Millis.optional().describe("When it has run too long, on the daemon's steady clock"),
  warned: z.boolean().optional().describe("Nine tenths of its time are over, and that was said"),
  signalled: z.boolean().optional().describe("The signal before the timeout was sent"),
  stopping: Stopping.optional(),
  attention: Attention.optional().describe("Why somebody should look at it"),
  resumedAt: Millis.optional().describe("When it last went on after a pause"),
});
export type LiveRun = z.infer<typeof LiveRun>;

export const HoldWhy = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("user") }),
  z.object({ kind: z.literal("environment-lost"), names: z.array(z.string()) }),
  z.object({ kind: z.literal("dependency"), id: TaskId, state: TaskState.describe("How that one ended") }),
]);
export type HoldWhy = z.infer<typeof HoldWhy>;

const finished = {
  finishedAt: Millis,
  startedAt: Millis.nullable(),
  outcome: Outcome.nullable().describe("Null when no run came to an end, as for a cancelled queued task"),
  note: z.string().nullable().describe("The cause in words when it is not in the outcome"),
  usage: Usage.nullable(),
  agent: AgentFacts.optional().describe("What the agent did, when it was one"),
};

/** Holds only what is true in each state. */
export const Status = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("queued"),
    since: Millis,
    order: z.number().describe("First in, first out within a priority"),
    notBefore: Millis.optional().describe("Does not start earlier: told so, or the end of a delay"),
    yielded: z.literal(true).optional().describe("Its run was ended to free memory"),
    ripeAt: Millis.optional().describe("The end of that delay on the daemon's steady clock, whichever comes first"),
  }),
  z.object({ state: z.literal("held"), since: Millis, why: HoldWhy }),
  z.object({ state: z.literal("running"), run: LiveRun }),
  z.object({
    state: z.literal("paused"),
    run: LiveRun,
    since: Millis,
    pressure: z.string().optional().describe("What the machine was short of; it goes on by itself when that is over"),
  }),
  z.object({ state: z.literal("succeeded"), ...finished }),
  z.object({ state: z.literal("failed"), ...finished }),
  z.object({ state: z.literal("cancelled"), ...finished }),
  z.object({ state: z.literal("timed-out"), ...finished }),
  z.object({ state: z.literal("lost"), ...finished }),
  z.object({ state: z.literal("skipped"), ...finished }),
]);
export type Status = z.infer<typeof Status>;
export type FinishedStatus = Extract<Status, { finishedAt: number }>;

/** What was asked; never changes while the task runs. */
export const TaskSpec = z.object({
  uid: z.string().describe("Unique in all time and places"),
  command: z.string().describe("For people: the text given, or the argv quoted for a shell"),
  argv: z.array(z.string()).describe("What executes"),
  cwd: z.string(),
  umask: z.int(),
  envId: z.string().describe("Names the stored environment; values are never in a task"),
  label: z.string().nullable(),
  group: z.string(),
  priority: z.int(),
  stdin: z.boolean().describe("Takes input from `send`"),
  arrayIndex: z.int().nullable(),
  lostRetries: z.int().describe("How many runs that are lost are followed by another"),
  ...rules,
  ...gitRules,
  agent: AgentSpec.optional().describe("Its work is a prompt: `argv` is made anew for each run"),
  batch: Batch.optional(),
  schedule: ScheduleLink.optional(),
  follows: Follows.optional(),
});
export type TaskSpec = z.infer<typeof TaskSpec>;

/** What was changed of a task, each rule as a whole; null: it has none any more. */
export const TaskChanges = z.strictObject({
  command: z.string().optional(),
  argv: z.array(z.string()).optional(),
  cwd: z.string().optional(),
  label: z.string().nullable().optional(),
  group: z.string().optional(),
  priority: z.int().optional(),
  after: rules.after.nullable(),
  onDependencyFailure: rules.onDependencyFailure,
  notBefore: rules.notBefore.nullable(),
  retry: rules.retry.nullable(),
  limits: rules.limits.nullable(),
  needs: rules.needs.nullable(),
  onFinish: rules.onFinish.nullable(),
  key: rules.key.nullable(),
  batch: Batch.optional(),
});
export type TaskChanges = z.infer<typeof TaskChanges>;

export const Task = TaskSpec.extend({
  id: TaskId,
  createdAt: Millis,
  attempt: z.int().describe("Number of runs so far"),
  retriedAt: z
    .int()
    .optional()
    .describe("Number of runs when somebody last asked for another: retries count from there"),
  queuedAt: Millis.optional().describe("When it was queued again; absent before its first retry"),
  lostRuns: z.int().optional().describe("How many of the runs since then were lost"),
  checkout: Worktree.optional().describe("The worktree that it was given"),
  agentAt: z.int().optional().describe("Which of the agent's choices it is at; the first unless said"),
  yieldedRuns: z.int().optional().describe("How many of the runs since then were ended to free memory"),
  session: z
    .object({ id: z.string(), agentAt: z.int() })
    .optional()
    .describe("The last session that an agent can go on with, and which of the choices has it"),
  goesOn: GoesOn.optional().describe("How the run that is, or is to come, goes on with earlier ones"),
  feedback: z.array(Feedback).max(FEEDBACK_MAX).optional().describe("What was said to it between two runs"),
  status: Status,
});
export type Task = z.infer<typeof Task>;

/** One attempt that came to an end. */
export const Run = z.object({
  attempt: z.int(),
  startedAt: Millis.nullable(),
  finishedAt: Millis,
  state: TaskState,
  outcome: Outcome,
  usage: Usage,
  queuedAt: Millis.optional().describe("When its waiting began; runs of earlier versions lack it"),
  agent: AgentEnd.optional().describe("What the agent did and answered, when it was one"),
  goesOn: GoesOn.optional().describe("How it went on with earlier runs; absent when it began with the prompt"),
});
export type Run = z.infer<typeof Run>;

/** A run with what of its task tells it apart, flat: a row of `history`. */
export const RunInfo = z.object({
  id: TaskId,
  uid: z.string(),
  attempt: z.int(),
  state: TaskState,
  reason: z.string().nullable().describe("How it ended, in words; null when it succeeded"),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  label: z.string().nullable(),
  group: z.string(),
  command: z.string(),
  cwd: z.string(),
  queuedAt: Millis.nullable().describe("When its waiting began; null where that is not known"),
  startedAt: Millis.nullable().describe("Null when it could not start"),
  finishedAt: Millis,
  waitedMs: z.number().nullable(),
  usage: Usage,
});
export type RunInfo = z.infer<typeof RunInfo>;

/** The flat form for people and scripts: what `show --json` and `list --json` print. */
export const TaskInfo = z.object({
  id: TaskId,
  uid: z.string(),
  state: TaskState,
  reason: z.string().nullable().describe("Why it waits, or how it ended, in words"),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  notStarted: NotStarted.nullable().describe("Why the last run could not start; null when it did, or none has ended"),
  label: z.string().nullable(),
  group: z.string(),
  priority: z.int(),
  command: z.string(),
  argv: z.array(z.string()),
  cwd: z.string(),
  attempt: z.int(),
  arrayIndex: z.int().nullable(),
  stdin: z.boolean(),
  after: z.array(Dependency).describe("What it waits for, or waited for"),
  onDependencyFailure: OnDependencyFailure.nullable().describe("`skip` when null"),
  notBefore: Millis.nullable().describe("Does not start earlier"),
  retry: RetryRule.nullable(),
  limits: Limits.nullable(),
  needs: Needs.nullable(),
  onFinish: z.string().nullable(),
  key: z.string().nullable(),
  maxFails: z.int().nullable().describe("Of its batch so many may fail; null when that is not counted"),
  follows: Follows.nullable().describe("It starts after those that came before it: of its kind, or of its schedule"),
  units: Units.nullable().describe("Which units of the counted resources the run has"),
  schedule: ScheduleLink.nullable().describe("The schedule whose firing it is"),
  worktree: WorktreeRule.extend({ checkout: Worktree.nullable() })
    .nullable()
    .describe("What it asked of its worktree, and that which it was given"),
  checkpoint: CheckpointRule.nullable(),
  agent: AgentInfo.nullable().describe("What is asked of an agent and what it does; null for a command"),
  pid: z.int().nullable(),
  stopping: z.boolean().describe("It was asked to end and has not yet"),
  createdAt: Millis,
  startedAt: Millis.nullable(),
  finishedAt: Millis.nullable(),
  waitedMs: z.number().nullable().describe("How long it waited before its last run started; null while it waits"),
  usage: Usage,
  cpuPercent: z.number().nullable().describe("Of one core, last sample; null when it does not run"),
  rssBytes: z.number().nullable().describe("Last sample; null when it does not run"),
});
export type TaskInfo = z.infer<typeof TaskInfo>;
