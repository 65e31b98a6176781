/** Schemas of one attempt at a task: how it goes on, how it ended, what it used. */
import * as z from "zod";
import { AgentEnd, Attention, GoesOn } from "./agent.ts";
import { BudgetLeft } from "./budget.ts";
import { Millis, TaskId } from "./ids.ts";
import { STATES } from "./states.ts";

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
  "budget",
  "budget-hold",
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
  probe: z.literal(true).optional().describe("It tries whether the limit of its provider is over"),
  pastBudget: z.literal(true).optional().describe("Started although a budget is used up: it is left alone"),
  budget: BudgetLeft.optional().describe("What was left of the narrowest budget when it started"),
  started: ProcessIdentity.extend({ startedAt: Millis }).optional(),
  timeoutAt: Millis.optional().describe("When it has run too long, on the daemon's steady clock"),
  warned: z.boolean().optional().describe("Nine tenths of its time are over, and that was said"),
  signalled: z.boolean().optional().describe("The signal before the timeout was sent"),
  stopping: Stopping.optional(),
  attention: Attention.optional().describe("Why somebody should look at it"),
  resumedAt: Millis.optional().describe("When it last went on after a pause"),
});
export type LiveRun = z.infer<typeof LiveRun>;

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
