/** Git as a task would call it: with its environment, without a person. */
import { createGit, type Env, type Git } from "@claudine/git";
import type { Task } from "@claudine/protocol";
import { runUid } from "../running/launch.ts";

export type TaskGit = {
  task: Task;
  attempt: number;
  /** Its processes carry a mark, so that the next daemon finds those of one that was killed. */
  part?: "leave" | "checkpoint";
  env: Env;
  cwd: string;
  signal?: AbortSignal | undefined;
};

export function taskGit(wish: TaskGit): Git {
  const { env, cwd, signal } = wish;
  return createGit({ cwd, env: { ...env, CLAUDINE_RUN_UID: markOf(wish) }, unattended: true, signal });
}

export function markOf({ task, attempt, part }: Pick<TaskGit, "task" | "attempt" | "part">): string {
  const mark = runUid(task, attempt);
  return part === undefined ? mark : `${mark}.${part}`;
}
