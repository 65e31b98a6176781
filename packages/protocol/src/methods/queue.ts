/** Methods that put tasks into the queue and change what waits in it. */
import * as z from "zod";
import { ChangeTask, Cwd, Env, NewEnv, SubmitTask } from "../params.ts";
import { TaskId, TaskState } from "../task.ts";
import { choose, method, tasks } from "./method.ts";

export const QUEUE_METHODS = {
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
  "task.hold": method("Keeps queued tasks from starting.", z.strictObject(choose), tasks),
  "task.release": method("Lets held tasks start.", z.strictObject({ ...choose, env: NewEnv }), tasks),
  "task.change": method(
    "Changes what waiting tasks ask for; all or none. Label, retries, key, hook, budget and the failures of a batch may also be changed while a task runs.",
    z.strictObject({ ...choose, changes: ChangeTask }),
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
      skipUnfit: choose.skipUnfit,
    }),
    tasks,
  ),
  "task.move": method(
    "Moves queued tasks in their line: it decides among equal priorities.",
    z.strictObject({ ...choose, to: z.enum(["front", "back"]).or(z.strictObject({ before: TaskId })) }),
    tasks,
  ),
  "task.switch": method("Lets two queued tasks change places.", z.strictObject({ id: TaskId, with: TaskId }), tasks),
  "task.start": method(
    "Starts waiting tasks now, past slots, pauses, times, dependencies and limits of agents.",
    z.strictObject(choose),
    tasks,
  ),
  "task.retry": method(
    "Queues finished tasks again as a new run of the same task.",
    z.strictObject({ ...choose, env: NewEnv }),
    tasks,
  ),
  "task.remove": method(
    "Forgets tasks that do not run, with their output.",
    z.strictObject(choose),
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
    z.object({
      ids: z.array(TaskId),
      output: z
        .object({
          bytes: z.number().describe("On the disk, of these tasks"),
          totalBytes: z.number().describe("Of all tasks"),
          swept: z
            .array(
              z.object({
                id: TaskId,
                attempt: z.int(),
                bytes: z.number(),
                why: z.enum(["age", "total"]).describe("Older than `output.keep`, or more than `output.maxTotal`"),
              }),
            )
            .describe("What the daemon removes next by itself; the tasks stay"),
        })
        .optional()
        .describe("With `dryRun`"),
    }),
  ),
} as const;
