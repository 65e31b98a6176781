/** Methods that read what was measured. */
import * as z from "zod";
import { CoursePoint, HostPoint, WaitPart } from "../host.ts";
import { Selector } from "../params.ts";
import { Stats, StatsBy } from "../stats.ts";
import { Millis, RunInfo, TaskId, TaskState } from "../task.ts";
import { method } from "./method.ts";

/** A place in the history: the end of a run, its task and its number. */
const RunCursor = z.string().regex(/^\d{1,16}-\d{1,10}-\d{1,9}$/, "use `next` of an earlier answer");

/** An answer has no more points than this. */
export const HOST_POINTS_MAX = 2000;

export const HISTORY_METHODS = {
  "host.history": method(
    "The machine and the counts as they were, oldest first: averages over `stepMs`, which is longer than asked for where there would be more than 2000 of them.",
    z.strictObject({
      since: Millis.optional().describe("An hour before `until` unless told"),
      until: Millis.optional().describe("Now unless told"),
      stepMs: z.int().min(1).max(31_536_000_000).optional(),
    }),
    z.object({ stepMs: z.number(), samples: z.array(HostPoint) }),
  ),
  "run.list": method(
    "Runs that have ended, the last first, a page at a time.",
    z.strictObject({
      selector: Selector.optional(),
      states: z.array(TaskState).max(100).optional().describe("How the run ended"),
      group: z.string().optional(),
      label: z.string().optional(),
      text: z.string().max(4096).optional().describe("Part of the command or label, any case"),
      since: Millis.optional().describe("Only what ended then or later"),
      until: Millis.optional().describe("Only what ended then or earlier"),
      before: RunCursor.optional().describe("Continue below this one"),
      limit: z.int().min(1).max(1000).default(1000),
    }),
    z.object({
      runs: z.array(RunInfo),
      next: RunCursor.nullable().describe("`before` of the next page; null at the end"),
    }),
  ),
  "run.course": method(
    "What a run used over time, oldest first: at most 80 points, the older the further apart. A run that was too short for two samples has none.",
    z.strictObject({ id: TaskId, attempt: z.int().positive().optional().describe("The last run unless told") }),
    z.object({ attempt: z.int(), points: z.array(CoursePoint) }),
  ),
  "run.waited": method(
    "How long a run waited before it started, or has waited until now, and what for: made of the journal.",
    z.strictObject({ id: TaskId, attempt: z.int().positive().optional().describe("The last one unless told") }),
    z.object({
      attempt: z.int(),
      waitedMs: z.number(),
      parts: z
        .array(WaitPart)
        .describe("What it waited for in all of that time; where several things kept it, the first of them"),
      complete: z
        .boolean()
        .describe("False when the journal does not reach back so far, or has too many events of that time"),
    }),
  ),
  "stats.read": method(
    "What the runs that ended in the time until now used together: how many, how they ended, percentiles, and asked against used.",
    z.strictObject({
      sinceMs: z
        .int()
        .min(1)
        .max(10 * 31_536_000_000)
        .default(86_400_000)
        .describe("So long until now"),
      by: StatsBy.optional(),
    }),
    Stats,
  ),
} as const;
