/** Schemas of a task, its runs and what they used. Stored in LMDB, carried in events, sent to clients. */
import * as z from "zod";
import { STATES } from "./states.ts";

export const TaskId = z.int().positive().max(4_294_967_295).describe("Small integer, never reused");
export type TaskId = z.infer<typeof TaskId>;

export const Millis = z.number().describe("Epoch milliseconds");

export const TaskState = z.enum(STATES);
export type TaskState = z.infer<typeof TaskState>;

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
export const StopCause = z.enum(["kill", "cancel"]);
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

/** The attempt a task is in. `started` is there once the command executes. */
export const LiveRun = z.object({
  attempt: z.int().positive(),
  admittedAt: Millis,
  started: ProcessIdentity.extend({ startedAt: Millis }).optional(),
  stopping: Stopping.optional(),
});
export type LiveRun = z.infer<typeof LiveRun>;

export const HoldWhy = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("user") }),
  z.object({ kind: z.literal("environment-lost"), names: z.array(z.string()) }),
]);
export type HoldWhy = z.infer<typeof HoldWhy>;

const finished = {
  finishedAt: Millis,
  startedAt: Millis.nullable(),
  outcome: Outcome.nullable().describe("Null when no run came to an end, as for a cancelled queued task"),
  note: z.string().nullable().describe("The cause in words when it is not in the outcome"),
  usage: Usage.nullable(),
};

/** Holds only what is true in each state. */
export const Status = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("queued"),
    since: Millis,
    order: z.number().describe("First in, first out within a priority"),
  }),
  z.object({ state: z.literal("held"), since: Millis, why: HoldWhy }),
  z.object({ state: z.literal("running"), run: LiveRun }),
  z.object({ state: z.literal("paused"), run: LiveRun, since: Millis }),
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
  lostRetries: z.int().describe("A run that is lost is queued again as long as there were not more runs than this"),
});
export type TaskSpec = z.infer<typeof TaskSpec>;

export const Task = TaskSpec.extend({
  id: TaskId,
  createdAt: Millis,
  attempt: z.int().describe("Number of runs so far"),
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
});
export type Run = z.infer<typeof Run>;

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
  pid: z.int().nullable(),
  stopping: z.boolean().describe("It was asked to end and has not yet"),
  createdAt: Millis,
  startedAt: Millis.nullable(),
  finishedAt: Millis.nullable(),
  usage: Usage,
  cpuPercent: z.number().nullable().describe("Of one core, last sample; null when it does not run"),
  rssBytes: z.number().nullable().describe("Last sample; null when it does not run"),
});
export type TaskInfo = z.infer<typeof TaskInfo>;
