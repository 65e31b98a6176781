/** What a task asks of the scheduler. Without any of it a task starts when its group has a slot, and may take its time. */
import * as z from "zod";
import { Millis, TaskId } from "./ids.ts";

/** How a dependency must have ended: `failure` is any end but `succeeded` and `skipped`. */
export const DependsOn = z.enum(["success", "any", "failure"]);
export type DependsOn = z.infer<typeof DependsOn>;

export const Dependency = z.strictObject({ id: TaskId, on: DependsOn });
export type Dependency = z.infer<typeof Dependency>;

/** What becomes of a task whose dependency ended otherwise. */
export const OnDependencyFailure = z.enum(["skip", "cancel", "run", "hold"]);
export type OnDependencyFailure = z.infer<typeof OnDependencyFailure>;

const DAY_MS = 86_400_000;
const span = z
  .int()
  .min(0)
  .max(3650 * DAY_MS);

export const ExitRange = z.strictObject({ from: z.int().min(0).max(255), to: z.int().min(0).max(255) });
export type ExitRange = z.infer<typeof ExitRange>;

export const RetryRule = z.strictObject({
  limit: z.int().min(0).max(1000).describe("Runs again at most so often"),
  delayMs: span.default(0).describe("Before the first of them"),
  backoff: z
    .enum(["constant", "exponential"])
    .default("constant")
    .describe("`exponential` doubles the delay each time"),
  maxDelayMs: span.optional(),
  jitter: z.boolean().default(false).describe("Waits between half of the delay and all of it"),
  onExit: z
    .array(ExitRange)
    .max(100)
    .optional()
    .describe("Only after these exit codes; after any failure unless given"),
});
export type RetryRule = z.infer<typeof RetryRule>;

/** What becomes of the output of a run that writes more than it may. */
export const WhenOutputFull = z.enum(["truncate-middle", "stop-keeping", "kill"]);
export type WhenOutputFull = z.infer<typeof WhenOutputFull>;

export const Limits = z.strictObject({
  timeoutMs: span.min(1).optional().describe("Ended when it has run so long"),
  idleTimeoutMs: span.min(1).optional().describe("Ended when it has written nothing for so long"),
  warnSignal: z
    .strictObject({ signal: z.string(), beforeMs: span })
    .optional()
    .describe("Sent so long before the timeout"),
  graceMs: z.int().min(0).max(DAY_MS).optional().describe("Between SIGTERM and SIGKILL"),
  outputMaxBytes: z.int().min(1024).optional().describe("Of its output so much is kept per run"),
  whenOutputFull: WhenOutputFull.optional().describe("What becomes of more: as configured unless given"),
});
export type Limits = z.infer<typeof Limits>;

/** Parts of a rule; what is not said stays, null takes a part away. */
export const RetryParts = z.strictObject({
  limit: RetryRule.shape.limit.nullish(),
  delayMs: span.nullish(),
  backoff: RetryRule.shape.backoff.unwrap().nullish(),
  maxDelayMs: span.nullish(),
  jitter: z.boolean().nullish(),
  onExit: RetryRule.shape.onExit.nullable(),
});

export const LimitsParts = z.strictObject({
  timeoutMs: Limits.shape.timeoutMs.nullable(),
  idleTimeoutMs: Limits.shape.idleTimeoutMs.nullable(),
  warnSignal: Limits.shape.warnSignal.nullable(),
  graceMs: Limits.shape.graceMs.nullable(),
});

/** Names of locks and of counted resources. */
export const ResourceName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.:/-]{0,127}$/, "use letters, digits, _ . : / -");

export const Needs = z.strictObject({
  slots: z.int().min(1).max(100_000).optional().describe("Of its group; 1 unless given"),
  cpus: z.number().positive().max(100_000).optional().describe("Cores it keeps busy"),
  memoryBytes: z.int().positive().optional().describe("Memory it will use at its peak"),
  memoryMaxBytes: z.int().positive().optional().describe("It is ended when it uses more"),
  locks: z.array(ResourceName).max(100).optional().describe("Of the tasks that name a lock one runs at a time"),
  claims: z
    .record(ResourceName, z.int().min(1).max(100_000))
    .optional()
    .describe("Counted resources of the configuration"),
});
export type Needs = z.infer<typeof Needs>;

/** As for retries and limits. */
export const NeedsParts = z.strictObject({
  slots: Needs.shape.slots.nullable(),
  cpus: Needs.shape.cpus.nullable(),
  memoryBytes: Needs.shape.memoryBytes.nullable(),
  memoryMaxBytes: Needs.shape.memoryMaxBytes.nullable(),
  locks: Needs.shape.locks.nullable(),
  claims: Needs.shape.claims.nullable(),
});

/** The part of a task's specification that the scheduler reads; what is absent asks for nothing. */
export const rules = {
  after: z.array(Dependency).optional().describe("Starts when all of these have ended as it says"),
  onDependencyFailure: OnDependencyFailure.optional().describe("`skip` unless given"),
  notBefore: Millis.optional().describe("Does not start earlier"),
  retry: RetryRule.optional(),
  limits: Limits.optional(),
  needs: Needs.optional(),
  onFinish: z
    .string()
    .min(1)
    .max(65_536)
    .optional()
    .describe("A shell command that runs when the task has ended, with what happened in its environment"),
  key: z.string().min(1).max(512).optional().describe("Submitting it again gives the task that has this key"),
} as const;

/** Tasks of one call whose failures are counted together. Their ids follow each other. */
export const Batch = z.object({
  first: TaskId,
  size: z.int().positive(),
  maxFails: z.int().min(0).describe("When more have failed, the others are cancelled"),
});
export type Batch = z.infer<typeof Batch>;

/** When a task of the same label, else of the same command, is unfinished. */
export const IfRunning = z.enum(["skip", "replace", "queue"]);
export type IfRunning = z.infer<typeof IfRunning>;

/** Whose others that came before it a task starts after, one at a time. */
export const Follows = z
  .enum(["kind", "schedule"])
  .describe("Of the same label, else command; or of the same schedule");
export type Follows = z.infer<typeof Follows>;

/** Which firing of a schedule a task is. */
export const ScheduleLink = z.object({
  name: z.string(),
  firing: z.int().positive().describe("Its number in the schedule's history"),
  due: Millis.describe("When it was due"),
  zone: z.string(),
  previousSuccessAt: Millis.optional().describe("When a firing of it had last succeeded"),
});
export type ScheduleLink = z.infer<typeof ScheduleLink>;
