/** Everything that can happen to a task, in the past tense; the journal holds these in order. */
import * as z from "zod";
import { AgentEnd, AgentLimit, AgentName, Attention, GoesOn, Said } from "./agent.ts";
import { BudgetLeft, BudgetReached, Charge, GroupBudget } from "./budget.ts";
import { FiringCause, ScheduleSpec, SkipWhy } from "./schedule.ts";
import {
  HoldWhy,
  Millis,
  Outcome,
  ProcessIdentity,
  StopCause,
  TaskChanges,
  TaskId,
  TaskSpec,
  TaskState,
  Units,
  Usage,
} from "./task.ts";
import { Worktree, WorktreeStep } from "./worktree.ts";

const of = <const T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...shape });
const envId = z.string().optional().describe("The environment given anew");
const ripeAt = Millis.optional().describe("The end of its delay on the daemon's steady clock");
const run = { id: TaskId, attempt: z.int().positive() };

export const EventBody = z.discriminatedUnion("type", [
  of("task.submitted", { id: TaskId, spec: TaskSpec, held: z.boolean(), ripeAt }),
  of("task.held", { id: TaskId, why: HoldWhy }),
  of("task.released", { id: TaskId, envId }),
  of("task.cancelled", { id: TaskId, note: z.string().nullable() }),
  of("task.retried", {
    id: TaskId,
    envId,
    automatic: z.boolean().optional().describe("By its own rule, not asked for by a person"),
    after: z
      .enum(["lost", "pressure", "capacity", "limit", "budget", "session", "told"])
      .optional()
      .describe(
        "The run before was lost, ended to free memory, its agent had no capacity or met a limit, a budget was used up, its session was gone, or more had been said to it meanwhile: it does not count as a retry",
      ),
    agentAt: z.int().optional().describe("Which of the agent's choices is tried now"),
    goesOn: GoesOn.optional().describe("It does not begin with the prompt"),
    feedback: Said.optional(),
    notBefore: Millis.optional(),
    ripeAt,
  }),
  of("task.told", { id: TaskId, said: Said.describe("What its next run is told; never the text") }),
  of("task.skipped", { id: TaskId, because: TaskId, note: z.string() }),
  of("task.failed", { id: TaskId, note: z.string().describe("Why it was never run") }),
  of("task.removed", { id: TaskId, attempts: z.int().describe("Runs whose files go too") }),
  of("run.admitted", {
    ...run,
    units: Units.optional(),
    slots: z.int().positive().optional().describe("That it takes; 1 unless said"),
    agentAt: z.int().optional().describe("Which of the agent's choices it is, when those before have met their limits"),
    goesOn: GoesOn.optional().describe("That choice does not know the session of the one before"),
    probe: z.literal(true).optional().describe("Its provider has met its limit: it tries whether that is over"),
    pastBudget: z.literal(true).optional().describe("A person started it although a budget is used up"),
    budget: BudgetLeft.optional(),
  }),
  of("run.started", { ...run, process: ProcessIdentity, startedAt: Millis, timeoutAt: Millis.optional() }),
  of("run.warned", { ...run, remainingMs: z.number().describe("Until the timeout") }),
  of("run.stopping", { ...run, cause: StopCause, signal: z.string(), killAt: Millis, note: z.string().nullable() }),
  of("run.escalated", { ...run, signal: z.literal("SIGKILL") }),
  of("run.signalled", {
    ...run,
    signal: z.string(),
    early: z.boolean().optional().describe("The signal that the task wanted before its timeout"),
  }),
  of("run.paused", {
    ...run,
    pressure: z.string().optional().describe("What the machine was short of, when no person asked for it"),
  }),
  of("run.resumed", run),
  of("run.attention", {
    ...run,
    attention: Attention.nullable().describe("Why somebody should look at it; null: not any more"),
  }),
  of("run.finished", {
    ...run,
    state: TaskState,
    outcome: Outcome,
    startedAt: Millis.nullable(),
    finishedAt: Millis,
    usage: Usage,
    note: z.string().nullable(),
    queuedAt: Millis.optional().describe("When its waiting began"),
    agent: AgentEnd.optional().describe("What the agent did and answered"),
    goesOn: GoesOn.optional().describe("How it went on with earlier runs"),
    spent: Charge.optional().describe("What it counts for budgets; absent when that is nothing"),
  }),
  of("task.moved", { id: TaskId, since: Millis, order: z.number() }),
  of("task.changed", { id: TaskId, changes: TaskChanges, ripeAt }),
  of("worktree.changed", {
    id: TaskId,
    step: WorktreeStep,
    worktree: Worktree.describe("All that is known of it, as it is now"),
  }),
  of("group.changed", {
    name: z.string().describe("`*` for all groups together"),
    slots: z.int().positive().nullable().optional().describe("Null: as the configuration says"),
    paused: z.boolean().optional(),
    budget: GroupBudget.nullable().optional().describe("All of it, as it is now; null: none"),
  }),
  of("group.removed", { name: z.string() }),
  of("agent.limited", AgentLimit.shape),
  of("agent.freed", { agent: AgentName }),
  of("budget.reached", BudgetReached.shape),
  of("schedule.added", { name: z.string(), spec: ScheduleSpec }),
  of("schedule.changed", { name: z.string(), spec: ScheduleSpec.describe("All of it, as it is now") }),
  of("schedule.paused", { name: z.string() }),
  of("schedule.resumed", { name: z.string() }),
  of("schedule.fired", {
    name: z.string(),
    due: Millis,
    cause: FiringCause,
    task: TaskId.describe("The task that it is"),
  }),
  of("schedule.skipped", {
    name: z.string(),
    due: Millis.describe("The first time that was due"),
    to: Millis.describe("The last one"),
    count: z.int().positive().nullable().describe("How many there were; null is more than 1000"),
    why: SkipWhy,
    note: z.string(),
  }),
  of("schedule.removed", { name: z.string() }),
  of("daemon.started", { pid: z.int(), version: z.string(), bootId: z.string() }),
  of("daemon.stopped", { pid: z.int() }),
]);
/** An event as decided, before the journal numbers it. */
export type EventBody = z.infer<typeof EventBody>;

export const Stamp = z.object({
  seq: z.int().positive().describe("Place in the journal, without gaps"),
  at: Millis,
});
/** An event as journalled. */
export const TaskEvent = z.intersection(Stamp, EventBody);
export type TaskEvent = z.infer<typeof Stamp> & EventBody;
export type EventType = EventBody["type"];
