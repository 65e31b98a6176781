/** What the parameters of several methods are made of. */
import * as z from "zod";
import { AgentWish } from "./agent.ts";
import { Budget, BudgetParts } from "./budget.ts";
import { DependsOn, IfRunning, LimitsParts, NeedsParts, RetryParts, rules } from "./rules.ts";
import { EveryMs, ScheduleName, scheduleRules } from "./schedule.ts";
import { TaskChanges, TaskId } from "./task.ts";
import { gitRules } from "./worktree.ts";

/** `5`, `1-3,7`, `2-10:2`, `last`, `all`, a state, `label:NAME`, `group:NAME`, `branch:NAME`, an address; several are joined with "or". */
export const Selector = z
  .array(z.string().max(4096))
  .min(1)
  .max(10_000)
  .refine((words) => words.reduce((sum, word) => sum + word.length, 0) <= 1_000_000, "more than a million characters")
  .describe(
    "`5`, `1-3,7`, `2-10:2`, `last`, `all`, a state, `label:NAME`, `group:NAME`, `branch:NAME`, the address of a pull request",
  );

export const GroupName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "use letters, digits, . _ - (at most 64)");
/** What a process cannot be given: its words end at a NUL, and half a character has no bytes. */
const notGiven = (what: string, text: string): string | undefined => {
  if (text.includes("\0")) return `${what} holds no NUL`;
  return text.isWellFormed() ? undefined : `${what} holds no half of a character`;
};
const given = (what: string) =>
  z.string().check((context) => {
    const message = notGiven(what, context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  });
/** One check for all: with schemas for names and values a submit spends most of its time on them. */
export const Env = z.record(z.string(), z.string()).check((context) => {
  for (const [name, value] of Object.entries(context.value)) {
    const message = wrongVariable(name, value);
    if (message !== undefined) context.issues.push({ code: "custom", message, path: [name], input: value });
  }
});
function wrongVariable(name: string, value: string): string | undefined {
  if (name === "" || name.includes("=")) return "a variable has a name, and no = in it";
  return notGiven("a variable's name", name) ?? notGiven("a variable's value", value);
}
export const NewEnv = Env.optional().describe("Replaces the tasks' environment");
const Word = given("an argument");
export const Cwd = given("a folder's path").min(1);
const Label = given("a label")
  .max(4096)
  .refine((text) => text !== "", "a label is not empty; leave it out for none");
/** What is stored may be older than these two. */
const Hook = given("a hook")
  .min(1)
  .max(65_536)
  .describe(rules.onFinish.description ?? "");
const Key = given("a key")
  .min(1)
  .max(512)
  .describe(rules.key.description ?? "");
export const Priority = z.int().min(-1_000_000).max(1_000_000);
export const Signal = z.string().regex(/^[A-Z0-9]{1,20}$/i, "use a name as TERM or SIGTERM, or a number");
export const Empty = z.strictObject({});

export const Ref = z.string().min(1).max(128);
const SubmitDependency = z
  .strictObject({ id: TaskId.optional(), ref: Ref.optional().describe("A task of the same call"), on: DependsOn })
  .refine(({ id, ref }) => (id === undefined) !== (ref === undefined), "give either an id or a ref");

const Delay = z
  .int()
  .min(0)
  .max(3650 * 86_400_000)
  .describe("Does not start before so long from now, in the place of `notBefore`; a clock that is set changes nothing");

/** The end of the year 9999: what is later cannot be shown as a date. */
const LAST_MOMENT = 253_402_300_799_999;
const Moment = z.int().min(0).max(LAST_MOMENT).describe("Epoch milliseconds");
const NotBefore = z
  .number()
  .min(0)
  .max(LAST_MOMENT)
  .describe(rules.notBefore.description ?? "");

export const SubmitTask = z.strictObject({
  command: z
    .union([Word.min(1), z.array(Word).min(1).max(100_000)])
    .describe("A string runs by the caller's shell; an array executes as it is"),
  label: Label.optional(),
  group: GroupName.optional(),
  priority: Priority.optional(),
  cwd: Cwd.optional(),
  env: Env.optional().describe("Added to the environment of the call"),
  held: z.boolean().optional(),
  stdin: z.boolean().optional(),
  arrayIndex: z.int().optional(),
  lostRetries: z
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe(
      "Queue the task again when a run is lost (the machine was restarted, its process vanished), at most so often",
    ),
  ...rules,
  ...gitRules,
  notBefore: NotBefore.optional(),
  delayMs: Delay.optional(),
  afterSchedules: z
    .array(ScheduleName)
    .max(100)
    .optional()
    .describe("Depends on the task of each of these schedules that is under way, else on its last success"),
  onFinish: Hook.optional(),
  key: Key.optional(),
  ref: Ref.optional().describe("Its name in this call, so that others of it can depend on it; not kept"),
  after: z
    .array(SubmitDependency)
    .optional()
    .describe(
      "Starts when all of these have ended as it says: tasks by their ids, or others of this call by their refs",
    ),
  ifRunning: IfRunning.optional().describe(
    "When a task of the same label, else of the same command, is unfinished: take that one, end it first, or start after it",
  ),
});
export type SubmitTask = z.infer<typeof SubmitTask>;

/** A task whose work is a prompt. */
export const DelegateTask = SubmitTask.omit({ command: true, stdin: true }).extend({
  agent: AgentWish,
  budget: Budget.optional().describe("What all runs of the task together may spend; what is not said is as configured"),
});
export type DelegateTask = z.infer<typeof DelegateTask>;

/** A task of a schedule: what makes it one of a kind, and when it starts, is the schedule's. */
const ScheduledParts = SubmitTask.omit({
  key: true,
  ifRunning: true,
  notBefore: true,
  delayMs: true,
  arrayIndex: true,
  afterSchedules: true,
  ref: true,
})
  .partial({ command: true })
  .extend({
    after: rules.after,
    agent: AgentWish.optional().describe("Instead of a command: a prompt for an agent"),
    budget: DelegateTask.shape.budget,
  });

const hasOneWork = ({ command, agent }: { command?: unknown; agent?: unknown }) =>
  (command === undefined) !== (agent === undefined);
const takesItsInput = ({ agent, stdin }: { agent?: unknown; stdin?: unknown }) =>
  agent === undefined || stdin === undefined;

export const ScheduledTask = ScheduledParts.refine(hasOneWork, "give either a command or an agent's prompt").refine(
  takesItsInput,
  "a prompt is the input of its agent: leave `stdin` out",
);
export type ScheduledTask = z.infer<typeof ScheduledTask>;

const WhenAsked = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("cron"), expression: z.string().max(1000) }),
  z.strictObject({
    kind: z.literal("every"),
    everyMs: EveryMs,
    from: Moment.optional().describe("It is due so often after this moment, which is now unless given"),
  }),
  z.strictObject({ kind: z.literal("at"), at: Moment }),
]);
const until = Moment.optional().describe("Not due after this");
const Zone = z.string().min(1).max(100).describe("Of the IANA list, as Europe/Berlin");

/** A schedule as somebody declares it. */
export const NewSchedule = z.strictObject({
  name: ScheduleName,
  when: WhenAsked,
  zone: Zone.optional().describe("The daemon's own unless given"),
  ...scheduleRules,
  until,
  task: ScheduledTask,
});
export type NewSchedule = z.infer<typeof NewSchedule>;

/** What can be changed of a schedule; null takes a rule away. */
export const ChangeSchedule = z.strictObject({
  when: WhenAsked.optional(),
  zone: Zone.optional(),
  jitterMs: scheduleRules.jitterMs.nullable(),
  until: until.nullable(),
  maxRuns: scheduleRules.maxRuns.nullable(),
  missed: scheduleRules.missed,
  catchupWindowMs: scheduleRules.catchupWindowMs.nullable(),
  overlap: scheduleRules.overlap,
  afterSchedules: scheduleRules.afterSchedules,
  task: ScheduledParts.partial()
    .extend({
      agent: AgentWish.optional().describe(
        "A prompt for an agent in the place of what there is; of a prompt that there is already, only what is named is changed, unless a template is",
      ),
      label: Label.nullable().optional(),
      after: rules.after.nullable(),
      onDependencyFailure: rules.onDependencyFailure.nullable(),
      retry: RetryParts.nullish(),
      limits: LimitsParts.nullish(),
      needs: NeedsParts.nullish(),
      budget: BudgetParts.nullish(),
      onFinish: Hook.nullish(),
    })
    .refine(({ command, agent }) => command === undefined || agent === undefined, "give a command or an agent's prompt")
    .refine(takesItsInput, "a prompt is the input of its agent: leave `stdin` out")
    .optional()
    .describe("Only what is to be another"),
});
export type ChangeSchedule = z.infer<typeof ChangeSchedule>;

/** What can be changed of a task; what is not said stays, also within a rule, and null takes a rule or a part of it away. */
export const ChangeTask = TaskChanges.omit({ argv: true, batch: true }).extend({
  command: SubmitTask.shape.command.optional(),
  cwd: Cwd.optional(),
  label: Label.nullable().optional(),
  group: GroupName.optional(),
  priority: Priority.optional(),
  notBefore: NotBefore.nullish(),
  retry: RetryParts.nullish(),
  limits: LimitsParts.nullish(),
  needs: NeedsParts.nullish(),
  onFinish: Hook.nullish(),
  key: Key.nullish(),
  budget: BudgetParts.nullish(),
  delayMs: Delay.optional(),
  maxFails: z.int().min(0).nullish().describe("Of all tasks of its batch; null: as many as like may fail"),
});
export type ChangeTask = z.infer<typeof ChangeTask>;

export const Notice = z.strictObject({ id: TaskId, why: z.string() });
