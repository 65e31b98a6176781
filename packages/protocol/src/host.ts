/** Schemas of the machine's load, the groups and what running tasks use at this moment. */
import * as z from "zod";
import { AgentFacts } from "./agent.ts";
import { GroupBudget } from "./budget.ts";
import { Millis, TaskId, TaskState, Usage } from "./task.ts";

export const StateCounts = z.record(TaskState, z.int()).describe("Number of tasks in each state");
export type StateCounts = z.infer<typeof StateCounts>;

export const Group = z.object({
  name: z.string(),
  slots: z.int().describe("How many of its tasks run at once"),
  paused: z.boolean().describe("Nothing of it starts"),
  running: z.int(),
  used: z.int().describe("Slots that the running ones take"),
  queued: z.int(),
  budget: GroupBudget.optional().describe("What its agents' tasks may spend; absent when it has none"),
});
export type Group = z.infer<typeof Group>;

export const Total = z.object({
  slots: z.int().nullable().describe("Of all groups together; null is no limit"),
  used: z.int(),
});

const share = z.number().nullable();
export const HostSample = z.object({
  cores: z.int(),
  usableCores: z.number().describe("Fewer than there are where a control group or container has a quota"),
  cpuPercent: z.number().describe("Of all cores together, 0 to 100"),
  load1: z.number(),
  load5: z.number(),
  load15: z.number(),
  memTotalBytes: z.number(),
  memAvailableBytes: z.number(),
  swapTotalBytes: z.number(),
  swapFreeBytes: z.number(),
  pressure: z
    .object({ cpu: share, memory: share, io: share })
    .describe(
      "Percent of the last 10 s in which some task was stalled (Linux pressure stall information); null where unknown",
    ),
});
export type HostSample = z.infer<typeof HostSample>;

export const Usual = z.object({
  memoryBytes: z.number().describe("The 95th percentile of the last peaks"),
  cpus: z.number().describe("Likewise, cores kept busy"),
  wallMs: z.number().describe("The median"),
  runs: z.int().describe("So many of them are known"),
});

export const LiveUsage = z.object({
  id: TaskId,
  cpuPercent: z.number(),
  rssBytes: z.number(),
  processes: z.int(),
  usage: Usage,
  agent: AgentFacts.optional().describe("What an agent does"),
});
export type LiveUsage = z.infer<typeof LiveUsage>;

/** Counted since each schedule was added. */
export const ScheduleCounts = z.object({
  total: z.int(),
  paused: z.int(),
  next: z.number().nullable().describe("When the first of them is due, epoch milliseconds"),
  fired: z.int().describe("Due times that became tasks"),
  skipped: z.int().describe("Due times that did not"),
});

/** The machine and the counts at a moment of the past, or averaged over a time that ended then. */
export const HostPoint = z.object({
  at: Millis,
  cpuPercent: z.number().describe("Of all cores together, 0 to 100"),
  memTotalBytes: z.number(),
  memAvailableBytes: z.number(),
  load1: z.number(),
  pressure: HostSample.shape.pressure,
  diskFreeBytes: z.number().nullable().describe("On the disk of the state folder; null where unknown"),
  counts: StateCounts,
  slotsUsed: z.number(),
  slotsTotal: z.number().nullable().describe("Of all groups there are; null is no limit"),
});
export type HostPoint = z.infer<typeof HostPoint>;

/** Names only: arguments may hold secrets. */
export const TopProcess = z.object({
  pid: z.int(),
  name: z.string().describe("As the kernel has it: at most 15 bytes, without arguments"),
  cpuPercent: z.number().describe("Of one core"),
  rssBytes: z.number(),
});
export type TopProcess = z.infer<typeof TopProcess>;

/** The machine when a run failed. */
export const Snapshot = z.object({
  at: Millis,
  cores: z.int(),
  cpuPercent: z.number().describe("Of all cores together, 0 to 100"),
  load1: z.number(),
  memTotalBytes: z.number(),
  memAvailableBytes: z.number(),
  swapTotalBytes: z.number(),
  swapFreeBytes: z.number(),
  pressure: HostSample.shape.pressure,
  diskFreeBytes: z.number().nullable().describe("On the disk of the state folder; null where unknown"),
  byCpu: z.array(TopProcess).describe("The busiest processes, of whatever user; none where the system does not tell"),
  byMemory: z.array(TopProcess).describe("The largest ones"),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** What a run used, from the point before up to `at`. */
export const CoursePoint = z.object({
  at: Millis,
  cpuPercent: z.number().describe("Of one core, on average"),
  rssBytes: z.number().describe("Of the whole tree, the most"),
  readBytes: z.number().optional().describe("Read from storage since the start; absent where unknown"),
  writeBytes: z.number().optional().describe("Written to storage since the start; absent where unknown"),
  processes: z.int().describe("The most"),
});
export type CoursePoint = z.infer<typeof CoursePoint>;

/** In the order in which they count. */
export const WaitWhy = z.enum(["held", "time", "dependencies", "group-paused", "room"]);
export type WaitWhy = z.infer<typeof WaitWhy>;

export const WaitPart = z.object({
  why: WaitWhy.describe("`time`: its own, or the delay of a retry; `room`: a slot, a resource or the machine"),
  ms: z.number(),
});
export type WaitPart = z.infer<typeof WaitPart>;
