/** Schemas of schedules: when a command or a prompt is to run, what becomes of times that were missed, and what came of each. */
import * as z from "zod";
import { ScheduledAgent } from "./agent.ts";
import { Budget } from "./budget.ts";
import { Millis, TaskId } from "./ids.ts";
import { Dependency, Limits, Needs, OnDependencyFailure, RetryRule } from "./rules.ts";
import { TaskSpec, TaskState } from "./task.ts";

const YEAR_MS = 365 * 86_400_000;
const span = z
  .int()
  .min(0)
  .max(10 * YEAR_MS);

export const ScheduleName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "use letters, digits, . _ - (at most 128)");

export const EveryMs = span.min(1000);

export const When = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("cron"), expression: z.string().max(1000) }),
  z.strictObject({
    kind: z.literal("every"),
    everyMs: EveryMs,
    from: Millis.describe("It is due so often after this moment"),
  }),
  z.strictObject({ kind: z.literal("at"), at: Millis }),
]);
export type When = z.infer<typeof When>;

/** What becomes of times that passed while the daemon was not there or the machine slept. */
export const Missed = z.enum(["skip", "catchup", "latest", "fail"]);
export type Missed = z.infer<typeof Missed>;

/** What becomes of a time at which the task of an earlier one has not ended. */
export const Overlap = z.enum(["skip", "queue", "replace", "all"]);
export type Overlap = z.infer<typeof Overlap>;

export const FiringCause = z.enum(["due", "missed", "run"]).describe("`missed` is a late one, `run` was asked for");
export type FiringCause = z.infer<typeof FiringCause>;

export const SkipWhy = z.enum(["missed", "overlap", "paused", "refused"]);
export type SkipWhy = z.infer<typeof SkipWhy>;

/** What a schedule says besides its command; the defaults are those of a new one. */
export const scheduleRules = {
  jitterMs: span.optional().describe("Each task starts by up to so much later, always the same for a due time"),
  until: Millis.optional().describe("Not due after this"),
  maxRuns: z.int().min(1).max(1_000_000_000).optional().describe("Due so often, then no more"),
  missed: Missed.optional().describe(
    "What becomes of times missed while the daemon was down or the machine slept; `latest` unless given",
  ),
  catchupWindowMs: span.optional().describe("What was missed longer ago than this is skipped"),
  overlap: Overlap.optional().describe("When an earlier task of it has not ended; `skip` unless given"),
  afterSchedules: z
    .array(ScheduleName)
    .max(100)
    .optional()
    .describe("Each firing depends on the last success of these schedules"),
} as const;

export const ScheduleSpec = z.object({
  uid: z.string(),
  when: When,
  zone: z.string().describe("Of the IANA list; for cron expressions and for times as text"),
  ...scheduleRules,
  task: TaskSpec.omit({
    uid: true,
    batch: true,
    key: true,
    notBefore: true,
    schedule: true,
    follows: true,
  }),
  held: z.boolean().optional().describe("Its tasks wait to be released"),
  origin: z.string().optional().describe("The file that declares it"),
  digest: z.string().optional().describe("Of what that file says of it"),
});
export type ScheduleSpec = z.infer<typeof ScheduleSpec>;

/** What came of a due time, or of several that were skipped together. */
export const Firing = z.object({
  number: z.int().positive(),
  due: Millis,
  to: Millis.describe("The last of several that were skipped together"),
  count: z.int().positive().nullable().describe("How many they were; null is more than 1000"),
  decidedAt: Millis.describe("When the daemon acted on it"),
  cause: FiringCause,
  task: TaskId.nullable(),
  skipped: z.object({ why: SkipWhy, note: z.string() }).nullable(),
  state: TaskState.nullable().describe("How its task ended; null before that, or without one"),
  startedAt: Millis.nullable(),
  finishedAt: Millis.nullable(),
  reason: z.string().nullable().describe("How it ended, in words"),
});
export type Firing = z.infer<typeof Firing>;

export const Success = z.object({ task: TaskId, due: Millis, finishedAt: Millis });
export type Success = z.infer<typeof Success>;

export const Schedule = z.object({
  name: ScheduleName,
  createdAt: Millis,
  spec: ScheduleSpec,
  paused: z.boolean(),
  anchor: Millis.describe("All that was due until then is dealt with"),
  firings: z.int().min(0).describe("Entries of its history so far, also those that are no longer kept"),
  fired: z.int().min(0).describe("How often it was due and became a task"),
  skipped: z.int().min(0).describe("How many due times were skipped"),
  last: Firing.nullable(),
  lastSuccess: Success.nullable(),
});
export type Schedule = z.infer<typeof Schedule>;

/** Why nothing is due: it was `paused`, or has come to its `ended`. */
export const ScheduleState = z.enum(["active", "paused", "ended"]);
export type ScheduleState = z.infer<typeof ScheduleState>;

/** The flat form for people and scripts. */
export const ScheduleInfo = z.object({
  name: z.string(),
  state: ScheduleState,
  problem: z.string().nullable().describe("What would keep its next task from running"),
  when: z.string().describe("In words: `0 2 * * *`, `every 15m`, `at 2026-12-01T08:00:00+01:00`"),
  rule: When,
  zone: z.string(),
  next: Millis.nullable(),
  jitterMs: z.int().nullable(),
  until: Millis.nullable(),
  maxRuns: z.int().nullable(),
  missed: Missed,
  catchupWindowMs: z.int().nullable(),
  overlap: Overlap,
  afterSchedules: z.array(z.string()),
  command: z.string(),
  argv: z.array(z.string()),
  cwd: z.string(),
  label: z.string().nullable(),
  group: z.string(),
  priority: z.int(),
  held: z.boolean(),
  after: z.array(Dependency),
  onDependencyFailure: OnDependencyFailure.nullable(),
  retry: RetryRule.nullable(),
  limits: Limits.nullable(),
  needs: Needs.nullable(),
  onFinish: z.string().nullable(),
  agent: ScheduledAgent.nullable().describe("What is asked of an agent each time; null for a command"),
  budget: Budget.nullable().describe("What all runs of one of its tasks together may spend; null: as configured"),
  origin: z.string().nullable(),
  createdAt: Millis,
  fired: z.int(),
  skipped: z.int(),
  unfinished: z.array(TaskId).describe("Its tasks that have not ended"),
  last: Firing.nullable(),
  lastSuccess: Success.nullable(),
});
export type ScheduleInfo = z.infer<typeof ScheduleInfo>;
