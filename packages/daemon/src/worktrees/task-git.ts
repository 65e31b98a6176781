/** Git as a task would call it: with its environment, without a person. */
import { createGit, type Env, type Git } from "@claudine/git";
import type { Task } from "@claudine/protocol";
import { runUid } from "../running/launch.ts";

export type TaskGit = { task: Task; attempt: number; env: Env; cwd: string; signal?: AbortSignal | undefined };

/** Its processes carry the mark of the run, so that the next daemon finds those of one that was killed. */
export function taskGit({ task, attempt, env, cwd, signal }: TaskGit): Git {
  return createGit({ cwd, env: { ...env, CLAUDINE_RUN_UID: runUid(task, attempt) }, unattended: true, signal });
}
