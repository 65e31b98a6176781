/** Where the files of a task are, and git there as the user calls it. */
import { createGit, type Git, type Owner } from "@claudine/git";
import { ClaudineError } from "@claudine/protocol/errors";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Worktree } from "@claudine/protocol/worktree";
import type { Client } from "../../client.ts";
import type { Io } from "../command.ts";
import { resolveTask } from "../resolve-task.ts";

export type TaskPlace = { client: Client; task: TaskInfo; owner: Owner; git: Git };

/** @throws ClaudineError not_found */
export async function taskPlace(io: Io, word: string, wish: string): Promise<TaskPlace> {
  const client = await io.connect();
  const { task } = await client.call("task.get", { id: await resolveTask(client, word, wish) });
  const cwd = task.worktree?.checkout?.path ?? task.cwd;
  return { client, task, owner: { id: task.id, uid: task.uid }, git: createGit({ cwd, env: environment(io) }) };
}

export function environment(io: Pick<Io, "env">): Record<string, string> {
  return Object.fromEntries(
    Object.entries(io.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** @throws ClaudineError wrong_state */
export function refuseWhileRunning(task: TaskInfo, wish: string): void {
  if (task.state !== "running" && task.state !== "paused") return;
  throw new ClaudineError("wrong_state", `Cannot ${wish} task ${task.id}: it is ${task.state}`, {
    hint: `claudine wait ${task.id}, or claudine kill ${task.id}`,
  });
}

/** @throws ClaudineError wrong_state when it has none */
export function checkoutOf(task: TaskInfo, wish: string): Worktree {
  const checkout = task.worktree?.checkout ?? undefined;
  if (checkout !== undefined) return checkout;
  const why = task.worktree === null ? "it runs in no worktree" : "its worktree is made when it starts";
  throw new ClaudineError("wrong_state", `Cannot ${wish} task ${task.id}: ${why}`, {
    hint: task.worktree === null ? "claudine submit --worktree gives a task one" : undefined,
  });
}

/** Says what could not be done before what git said. */
export async function naming<T>(wish: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ClaudineError) || error.message.startsWith("Cannot ")) throw error;
    throw new ClaudineError(error.code, `Cannot ${wish}: ${error.message}`, { hint: error.hint, cause: error });
  }
}
