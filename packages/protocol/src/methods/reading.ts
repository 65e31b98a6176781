/** Methods that read tasks. */
import * as z from "zod";
import { Snapshot, Usual } from "../host.ts";
import { Selector } from "../params.ts";
import { Run, TaskId, TaskInfo, TaskState } from "../task.ts";
import { method, select } from "./method.ts";

export const READING_METHODS = {
  "task.list": method(
    "Lists tasks, newest first, a page at a time.",
    z.strictObject({
      selector: Selector.optional(),
      states: z.array(TaskState).max(100).optional(),
      group: z.string().optional(),
      label: z.string().optional(),
      text: z.string().max(4096).optional().describe("Part of the command or label, any case"),
      worktree: z.boolean().optional().describe("Those that were given a worktree, or those that were not"),
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
      snapshot: Snapshot.nullable().describe(
        "The machine when it failed; null when it did not, or it is not kept any more",
      ),
      environment: z
        .object({ names: z.array(z.string()), sealed: z.array(z.string()) })
        .describe("Names only; `sealed` ones are kept encrypted"),
      usual: Usual.nullable().describe(
        "What tasks of its kind (its label, else its command) used; null when none is known",
      ),
    }),
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
  "task.wait": method(
    "Answers when every task is in the state waited for, or one can no longer get there.",
    z.strictObject({
      ...select,
      for: z.enum(["finished", "success", "running"]).default("finished"),
      timeoutMs: z.int().min(0).optional(),
    }),
    z.object({ reached: z.boolean(), tasks: z.array(TaskInfo) }),
  ),
} as const;
