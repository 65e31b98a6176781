/** Schemas of what many runs used together. */
import * as z from "zod";
import { Millis, TaskState } from "./task.ts";

export const StatsBy = z.enum(["label", "group", "hour"]);
export type StatsBy = z.infer<typeof StatsBy>;

/** Exact for up to 200 runs, else within 2 %; null without any. */
export const Spread = z
  .object({ p50: z.number(), p90: z.number(), p95: z.number(), p99: z.number(), max: z.number() })
  .nullable();
export type Spread = z.infer<typeof Spread>;

export const AskedAndUsed = z.object({
  asked: z.number().describe("The most that any of the runs asked for"),
  usedP95: z.number().describe("What 95 % of those that asked did not exceed"),
  runs: z.int().describe("How many asked"),
  suggestion: z.string().nullable().describe("In words, where the two are far apart and enough have run"),
});
export type AskedAndUsed = z.infer<typeof AskedAndUsed>;

export const StatsRow = z.object({
  key: z.string().nullable().describe("The label, the group, or the time at which the hour begins; null: no label"),
  runs: z.int().describe("That ended in this time"),
  states: z.record(TaskState, z.int()).describe("How they ended"),
  successRate: z.number().nullable().describe("0 to 1, of those that were not cancelled; null without any"),
  perHour: z.number().describe("Runs that ended in an hour"),
  waitMs: Spread,
  runMs: Spread,
  cpuMs: z.number().describe("All runs together"),
  peakRssBytes: z.number().describe("Of the largest run"),
  memory: AskedAndUsed.nullable().describe("Bytes; null when none asked"),
  cpus: AskedAndUsed.nullable().describe("Cores; null when none asked"),
  slotsUsed: z
    .number()
    .nullable()
    .describe("On average; null where no history of the machine is kept, and of a label or group"),
  slotsTotal: z.number().nullable().describe("That there were on average; null as above, and without a limit"),
});
export type StatsRow = z.infer<typeof StatsRow>;

export const Stats = z.object({
  since: Millis,
  until: Millis,
  total: StatsRow,
  rows: z.array(StatsRow).describe("The most used first, hours in their order; none without `by`"),
  more: z
    .int()
    .describe(
      "Labels or groups that are not among the rows: the first 2000 are ranked by their runs, others are only counted",
    ),
});
export type Stats = z.infer<typeof Stats>;
