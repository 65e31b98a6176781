/** Methods about schedules. */
import * as z from "zod";
import { AgentTexts } from "../agent.ts";
import { ChangeSchedule, Cwd, Empty, Env, NewEnv, NewSchedule } from "../params.ts";
import { Firing, ScheduleInfo, ScheduleName } from "../schedule.ts";
import { Millis, TaskId } from "../task.ts";
import { method } from "./method.ts";

const caller = {
  env: Env.describe("The caller's environment"),
  cwd: Cwd.describe("The caller's working directory, absolute"),
  umask: z.int().min(0).max(0o777),
};
const name = ScheduleName;
const names = z.array(ScheduleName).min(1).max(100_000);
const schedules = z.object({ schedules: z.array(ScheduleInfo) });

export const SCHEDULES_METHODS = {
  "schedule.add": method(
    "Adds a schedule. It keeps the caller's environment for its tasks.",
    z.strictObject({ ...caller, schedule: NewSchedule }),
    ScheduleInfo,
  ),
  "schedule.edit": method(
    "Changes a schedule; what is not said stays. Tasks that are there already stay as they are.",
    z.strictObject({ name, changes: ChangeSchedule, cwd: Cwd.optional(), env: NewEnv }),
    ScheduleInfo,
  ),
  "schedule.declare": method(
    "Makes the schedules of a file be as it says, all or none. What is so already is left alone.",
    z.strictObject({
      ...caller,
      origin: z.string().min(1).max(4096).describe("The file, absolute"),
      schedules: z.array(NewSchedule).max(10_000),
      prune: z.boolean().default(false).describe("Removes what the file declared before and does no longer"),
      dryRun: z.boolean().default(false).describe("Says what would be done"),
    }),
    z.object({
      added: z.array(z.string()),
      changed: z.array(z.string()),
      removed: z.array(z.string()),
      unchanged: z.array(z.string()),
    }),
  ),
  "schedule.list": method(
    "The schedules by name, a page at a time; or those that are due first.",
    z.strictObject({
      order: z.enum(["name", "next"]).default("name").describe("`next`: there is one page"),
      after: z.string().optional().describe("Continue after this name"),
      limit: z.int().min(1).max(1000).default(1000),
    }),
    schedules.extend({
      next: z.string().nullable().describe("`after` of the next page; null at the end"),
      total: z.int().describe("How many there are, also on other pages"),
      unread: z
        .array(z.string())
        .describe("Names of those that this daemon does not understand, and that are never due: see `doctor.run`"),
    }),
  ),
  "schedule.get": method(
    "One schedule, with the names in its environment.",
    z.strictObject({ name }),
    z.object({
      schedule: ScheduleInfo,
      environment: z
        .object({ names: z.array(z.string()), sealed: z.array(z.string()) })
        .describe("Names only; `sealed` ones are kept encrypted"),
    }),
  ),
  "schedule.texts": method(
    "What the agent of a schedule is told each time: the prompt, and the other texts.",
    z.strictObject({ name }),
    AgentTexts.omit({ id: true, changes: true }).extend({ name }),
  ),
  "schedule.history": method(
    "What came of a schedule's due times, the newest first.",
    z.strictObject({
      name,
      before: z.int().positive().optional().describe("Continue below this number"),
      limit: z.int().min(1).max(1000).default(100),
    }),
    z.object({ firings: z.array(Firing), next: z.int().nullable().describe("`before` of the next page") }),
  ),
  "schedule.next": method(
    "When a schedule would be due next, whether it is paused or not.",
    z.strictObject({ name, count: z.int().min(1).max(1000).default(5) }),
    z.object({
      zone: z.string(),
      times: z.array(
        z.object({ at: Millis, text: z.string().describe("As the zone's clocks show it, with the offset") }),
      ),
    }),
  ),
  "schedule.pause": method("Keeps schedules from being due.", z.strictObject({ names }), schedules),
  "schedule.resume": method(
    "Lets schedules be due again. What was due meanwhile is skipped.",
    z.strictObject({ names }),
    schedules,
  ),
  "schedule.remove": method("Forgets schedules and their history; their tasks stay.", z.strictObject({ names }), Empty),
  "schedule.run": method(
    "Makes a task of a schedule now, also of a paused one.",
    z.strictObject({ name }),
    z.object({ id: TaskId }),
  ),
} as const;
