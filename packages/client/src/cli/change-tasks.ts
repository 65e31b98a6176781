/** From options to the changes of a task that is there, for `set` and `edit`. */
import { resolve } from "node:path";
import type { ChangeTask } from "@claudine/protocol/methods";
import type { TaskInfo } from "@claudine/protocol/task";
import { given } from "./given.ts";
import { text } from "./input.ts";
import { priorityFrom } from "./priority.ts";
import { type Asked, readRules } from "./rules/read.ts";

export const MANY_AT_MOST = 100_000;

type Known = Pick<TaskInfo, "after" | "retry" | "limits" | "needs">;

/** Without the task for changes that do not depend on what it has. @throws ClaudineError invalid_params, not_found */
export async function changesOf(asked: Asked, task?: Known): Promise<ChangeTask> {
  const { input, verb } = asked;
  const [label, priority, cwd] = [text(input, "label"), text(input, "priority"), text(input, "cwd")];
  return {
    ...given({
      label: label === "" ? null : label,
      group: text(input, "group"),
      priority: priority === undefined ? undefined : priorityFrom(verb, priority),
      cwd: cwd === undefined ? undefined : resolve(cwd),
    }),
    ...(await readRules(asked, task)),
  };
}
