/** The method table: one row gives the client its types, the daemon its validation and the docs their page. */
import * as z from "zod";
import { TaskEvent } from "./event.ts";
import { Group, HostSample, LiveUsage, StateCounts, Total } from "./host.ts";
import { ChangeTask, Cwd, Empty, Env, GroupName, NewEnv, Notice, Selector, Signal, SubmitTask } from "./params.ts";
import { Millis, Run, Task, TaskId, TaskInfo, TaskState } from "./task.ts";

export * from "./params.ts";

const method = <P extends z.ZodType, R extends z.ZodType>(about: string, params: P, result: R) => ({
  about,
  params,
  result,
});
const tasks = z.object({ tasks: z.array(TaskInfo) });
const select = { selector: Selector };

export const METHODS = {
  "task.submit": method(
    "Takes tasks into the queue, all or none, in one commit. The answer comes when they are durable.",
    z.strictObject({
      env: Env.describe("The caller's environment"),
      cwd: Cwd.describe("The caller's working directory, absolute"),
      umask: z.int().min(0).max(0o777),
      tasks: z.array(SubmitTask).min(1).max(100_000),
      maxFails: z
        .int()
        .min(0)
        .optional()
        .describe("When more tasks of this call have failed, the others are cancelled"),
    }),
    z.object({
      ids: z.array(TaskId).describe("In the order of the tasks"),
      uids: z.array(z.string()),
      existing: z
        .array(TaskId)
        .describe("Those of them that were there already, by their key or because one was running"),
    }),
  ),
  "task.list": method(
    "Lists tasks, newest first, a page at a time.",
    z.strictObject({
      selector: Selector.optional(),
      states: z.array(TaskState).max(100).optional(),
      group: z.string().optional(),
      label: z.string().optional(),
      text: z.string().max(4096).optional().describe("Part of the command or label, any case"),
      before: TaskId.optional().describe("Continue below this id"),
      limit: z.int().min(1).max(1000).default(1000),
    }),
    z.object({
      tasks: z.array(TaskInfo),
      next: TaskId.nullable().describe("`before` of the next page; null at the end"),
    }),
  ),
  "task.get": method(
    "One task with all its runs.",
    z.strictObject({ id: TaskId }),
    z.object({
      task: TaskInfo,
      runs: z.array(Run),
      environment: z
        .object({ names: z.array(z.string()), sealed: z.array(z.string()) })
        .describe("Names only; `sealed` ones are kept encrypted"),
    }),
  ),
  "task.kill": method(
    "Signals the process trees. A signal that ends (TERM, INT, QUIT, ABRT, KILL) is followed by SIGKILL after the grace; answered when they have ended.",
    z.strictObject({
      ...select,
      signal: Signal.default("SIGTERM"),
      graceMs: z.int().min(0).max(86_400_000).optional(),
    }),
    tasks,
  ),
  "task.cancel": method(
    "Takes tasks out: waiting ones at once, running ones are ended; answered when all have ended.",
    z.strictObject({
      ...select,
      graceMs: z.int().min(0).max(86_400_000).optional(),
      note: z.string().max(4096).optional(),
      cascade: z.boolean().default(false).describe("Also what depends on them"),
    }),
    tasks,
  ),
  "task.pause": method("Stops the process trees with SIGSTOP.", z.strictObject(select), tasks),
  "task.resume": method("Continues paused tasks.", z.strictObject(select), tasks),
  "task.hold": method("Keeps queued tasks from starting.", z.strictObject(select), tasks),
  "task.release": method("Lets held tasks start.", z.strictObject({ ...select, env: NewEnv }), tasks),
  "task.change": method(
    "Changes what waiting tasks ask for; all or none. Label and retries may also be changed while a task runs.",
    z.strictObject({ ...select, changes: ChangeTask }),
    tasks,
  ),
  "task.edit": method(
    "Changes several tasks, each in its own way; all or none. With `retry` finished ones, which are queued again.",
    z.strictObject({
      edits: z
        .array(z.strictObject({ id: TaskId, changes: ChangeTask }))
        .min(1)
        .max(100_000),
      retry: z.boolean().default(false),
    }),
    tasks,
  ),
  "task.move": method(
    "Moves queued tasks in their line: it decides among equal priorities.",
    z.strictObject({ ...select, to: z.enum(["front", "back"]).or(z.strictObject({ before: TaskId })) }),
    tasks,
  ),
  "task.switch": method("Lets two queued tasks change places.", z.strictObject({ id: TaskId, with: TaskId }), tasks),
  "task.start": method(
    "Starts waiting tasks now, past slots, pauses, times and dependencies.",
    z.strictObject(select),
    tasks,
  ),
  "task.explain": method(
    "Everything that keeps a task from starting, in words.",
    z.strictObject({ id: TaskId }),
    z.object({ task: TaskInfo, causes: z.array(z.string()) }),
  ),
  "task.graph": method(
    "Tasks with all they depend on and all that depends on them; without a selector, all unfinished ones that have either.",
    z.strictObject({ selector: Selector.optional() }),
    z.object({ tasks: z.array(TaskInfo) }),
  ),
  "task.retry": method(
    "Queues finished tasks again as a new run of the same task.",
    z.strictObject({ ...select, env: NewEnv }),
    tasks,
  ),
  "task.remove": method(
    "Forgets tasks that do not run, with their output.",
    z.strictObject(select),
    z.object({ ids: z.array(TaskId) }),
  ),
  "task.clean": method(
    "Forgets finished tasks.",
    z.strictObject({
      states: z.array(TaskState).max(100).optional(),
      group: z.string().optional(),
      olderThanMs: z.int().min(0).optional(),
      dryRun: z.boolean().default(false),
    }),
    z.object({ ids: z.array(TaskId) }),
  ),
  "task.send": method(
    "Writes to the standard input of a running task that was submitted with `stdin`.",
    z.strictObject({
      id: TaskId,
      text: z.string().max(65_536),
      eof: z.boolean().default(false).describe("End the input after this"),
      sentBytes: z.int().min(0).default(0).describe("Of the same input sent by calls before; for the text of errors"),
      totalBytes: z.int().min(0).optional().describe("Of that input in all; for the text of errors"),
    }),
    z.object({ bytes: z.int() }),
  ),
  "task.wait": method(
    "Answers when every task is in the state waited for, or one can no longer get there.",
    z.strictObject({
      ...select,
      for: z.enum(["finished", "success", "running"]).default("finished"),
      timeoutMs: z.int().min(0).optional(),
    }),
    z.object({ reached: z.boolean(), tasks: z.array(TaskInfo) }),
  ),
  "log.read": method(
    "A piece of a run's output. Waits up to `waitMs` when there is nothing new; `eof` says that nothing will follow.",
    z.strictObject({
      id: TaskId,
      attempt: z.int().positive().optional().describe("The last run unless told"),
      stream: z.enum(["stdout", "stderr"]).default("stdout"),
      offset: z.int().min(0).default(0),
      tailLines: z
        .int()
        .min(0)
        .max(10_000_000)
        .optional()
        .describe("Start so many lines before the end instead of at `offset`"),
      maxBytes: z.int().min(1).max(4_194_304).default(262_144),
      waitMs: z.int().min(0).max(60_000).default(0),
    }),
    z.object({
      attempt: z.int(),
      offset: z.int(),
      nextOffset: z.int(),
      size: z.int(),
      encoding: z.enum(["utf8", "base64"]),
      data: z.string(),
      eof: z.boolean(),
    }),
  ),
  "group.list": method(
    "The groups with their slots and counts.",
    Empty,
    z.object({ groups: z.array(Group), total: Total }),
  ),
  "group.set": method(
    "Sets how many slots a group has, and whether anything of it starts; makes the group if there is none.",
    z.strictObject({
      name: GroupName.default("default"),
      slots: z.int().min(1).max(100_000).nullable().optional().describe("Null: as the configuration says"),
      paused: z.boolean().optional(),
    }),
    Group,
  ),
  "group.limit": method(
    "Sets how many slots all groups together may use.",
    z.strictObject({ slots: z.int().min(1).max(100_000).nullable().describe("Null: as the configuration says") }),
    Total,
  ),
  "group.remove": method("Forgets a group that has no unfinished tasks.", z.strictObject({ name: GroupName }), Empty),
  "event.list": method(
    "Events of the journal after a sequence number.",
    z.strictObject({ since: z.int().min(0).default(0), limit: z.int().min(1).max(10_000).default(1000) }),
    z.object({
      events: z.array(TaskEvent),
      lastSeq: z.int().describe("The newest event there is"),
      firstSeq: z.int().describe("The oldest event still kept"),
    }),
  ),
  "event.subscribe": method(
    "Sends every event after `since` as an `event` notification {subscription, events}, in order, first the old, then the live; with `snapshot` also the tasks as they are now.",
    z.strictObject({
      since: z.int().min(0).optional().describe("Now unless told"),
      snapshot: z.boolean().default(false).describe("Also the unfinished tasks and the newest finished ones"),
      snapshotLimit: z.int().min(0).max(10_000).default(1000).describe("How many finished tasks the snapshot holds"),
    }),
    z.object({
      subscription: z.int(),
      seq: z.int().describe("The notifications start after this"),
      tasks: z.array(Task).nullable(),
    }),
  ),
  "event.unsubscribe": method("Ends a subscription.", z.strictObject({ subscription: z.int() }), Empty),
  "host.read": method(
    "The machine, the groups, the counts, and what every running task uses now.",
    z.strictObject({ explain: z.array(TaskId).max(1000).default([]).describe("Say why these wait") }),
    z.object({
      at: Millis,
      host: HostSample,
      counts: StateCounts,
      groups: z.array(Group),
      live: z.array(LiveUsage),
      reasons: z.array(Notice),
    }),
  ),
  "daemon.status": method(
    "Who the daemon is and how it fares.",
    Empty,
    z.object({
      pid: z.int(),
      version: z.string(),
      startedAt: Millis,
      uptimeMs: z.number(),
      socket: z.string(),
      stateDir: z.string(),
      rssBytes: z.number(),
      connections: z.int(),
      lastSeq: z.int(),
      counts: StateCounts,
      launcher: z.enum(["perl", "node"]),
      accepting: z.boolean().describe("False while it stops or cannot write its state"),
      problem: z.string().nullable(),
    }),
  ),
  "daemon.stop": method(
    "Stops the daemon. Tasks go on unless `killTasks`; the answer comes before the socket closes.",
    z.strictObject({ killTasks: z.boolean().default(false), graceMs: z.int().min(0).max(86_400_000).optional() }),
    z.object({ pid: z.int(), left: z.int().describe("Tasks still running") }),
  ),
  "store.backup": method(
    "Writes a consistent copy of tasks, runs and journal (not the output) into one new file.",
    z.strictObject({ path: z.string().min(1).max(4096).describe("Absolute") }),
    z.object({ path: z.string(), bytes: z.int() }),
  ),
  "doctor.run": method(
    "Checks store, folders and platform.",
    Empty,
    z.object({
      checks: z.array(
        z.object({
          name: z.string(),
          level: z.enum(["ok", "warning", "error"]),
          message: z.string(),
          hint: z.string().nullable(),
        }),
      ),
    }),
  ),
  "config.get": method(
    "The configuration in force, as the file would say it: times are texts with a unit, as `5s`.",
    Empty,
    z.object({ path: z.string(), config: z.record(z.string(), z.unknown()) }),
  ),
} as const;

export type MethodName = keyof typeof METHODS;
/** What a caller writes (defaults left out). */
export type ParamsIn<M extends MethodName> = z.input<(typeof METHODS)[M]["params"]>;
/** What a handler gets (defaults filled in). */
export type Params<M extends MethodName> = z.output<(typeof METHODS)[M]["params"]>;
export type Result<M extends MethodName> = z.output<(typeof METHODS)[M]["result"]>;

/** The notification that carries events of a subscription. */
export const EventNotification = z.object({ subscription: z.int(), events: z.array(TaskEvent) });
export type EventNotification = z.infer<typeof EventNotification>;
