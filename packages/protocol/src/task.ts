/** Schemas of a task. Stored in LMDB, carried in events, sent to clients. */
import * as z from "zod";
import { AgentFacts, AgentInfo, AgentSpec, Feedback, FEEDBACK_MAX, GoesOn } from "./agent.ts";
import { Budget, Spent } from "./budget.ts";
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
import { LiveRun, NotStarted, Outcome, TaskState, Units, Usage } from "./run.ts";
import { CheckpointRule, gitRules, Worktree, WorktreeRule } from "./worktree.ts";

export { Millis, TaskId } from "./ids.ts";
export * from "./run.ts";

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
  budget: Budget.optional().describe("What all of its runs together may spend, of an agent's task"),
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
  budget: Budget.nullable().optional(),
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
  limitedRuns: z
    .int()
    .optional()
    .describe("How many of the runs since then met a limit of their agent's provider, or a budget"),
  spent: Spent.optional().describe("By its runs that have ended, as budgets count it; absent when that is nothing"),
  session: z
    .object({ id: z.string(), agentAt: z.int() })
    .optional()
    .describe("The last session that an agent can go on with, and which of the choices has it"),
  goesOn: GoesOn.optional().describe("How the run that is, or is to come, goes on with earlier ones"),
  feedback: z.array(Feedback).max(FEEDBACK_MAX).optional().describe("What was said to it since its prompt"),
  status: Status,
});
export type Task = z.infer<typeof Task>;

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
  budget: Budget.nullable().describe("What all runs of an agent's task together may spend, where it has an own budget"),
  spent: Spent.nullable().describe("What those that have ended count for budgets; null for a command"),
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
