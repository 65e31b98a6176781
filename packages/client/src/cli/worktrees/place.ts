/** Where the files of a task are, and git there as the user calls it. */
import { branchRef, createGit, type Git, inWorktree, type Owner, repoGit } from "@claudine/git";
import { ClaudineError, type ErrorCode } from "@claudine/protocol/errors";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Worktree } from "@claudine/protocol/worktree";
import type { Client } from "../../client.ts";
import type { Io } from "../command.ts";
import { resolveTask } from "../resolve-task.ts";

export type TaskPlace = {
  client: Client;
  task: TaskInfo;
  owner: Owner;
  /** Of no folder yet: `filesOf` and `repoOf` give it one. */
  git: Git;
};

/** @throws ClaudineError not_found */
export async function taskPlace(io: Io, word: string, wish: string): Promise<TaskPlace> {
  const client = await io.connect();
  const { task } = await client.call("task.get", { id: await resolveTask(client, word, wish) });
  return { client, task, owner: { id: task.id, uid: task.uid }, git: createGit({ cwd: "/", env: environment(io) }) };
}

/** Git where the files of the task are. @throws ClaudineError when its worktree is gone, or another one is in its place */
export function filesOf({ git, task }: TaskPlace): Git {
  const checkout = task.worktree?.checkout ?? undefined;
  return checkout === undefined ? git.at(task.cwd) : inWorktree(git, checkout);
}

/** Git in the repository of the task, whatever became of its worktree. @throws ClaudineError not_found */
export async function repoOf({ git, task }: TaskPlace): Promise<Git> {
  const checkout = task.worktree?.checkout ?? undefined;
  return checkout === undefined ? git.at(task.cwd) : repoGit(git, checkout);
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
    const known = error instanceof ClaudineError ? error : ofSystem(error);
    if (known === undefined || known.message.startsWith("Cannot ")) throw error;
    throw new ClaudineError(known.code, `Cannot ${wish}: ${known.message}`, { hint: known.hint, cause: error });
  }
}

const CODES: Readonly<Record<string, ErrorCode | undefined>> = {
  ENOSPC: "storage",
  EDQUOT: "storage",
  EROFS: "storage",
  EACCES: "permission",
  EPERM: "permission",
};

/** A full disk is no bug. */
function ofSystem(error: unknown): ClaudineError | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  return new ClaudineError(CODES[String(error.code)] ?? "os", error.message);
}

/** Not by its name alone: a tag may have the same. */
export function baseRefOf({ base, baseCommit }: Pick<Worktree, "base" | "baseCommit">): string {
  return base === null ? baseCommit : branchRef(base);
}
