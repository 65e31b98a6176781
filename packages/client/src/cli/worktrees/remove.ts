/** `claudine worktree remove`: saves what is in a worktree, has the daemon know, and only then takes it away. */
import { createGit, repoGit, saveWorktree, takeAway } from "@claudine/git";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Input, Io } from "../command.ts";
import { given } from "../given.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";
import { resolveTasks } from "../resolve-task.ts";
import { checkoutOf, environment, naming, refuseWhileRunning, taskPlace } from "./place.ts";

type Removed = { id: number; path: string; patch: string | null };

export async function removeWorktrees(input: Input, io: Io): Promise<number> {
  const ids = await resolveTasks(await io.connect(), input.args, "remove the worktree of");
  const removed: Removed[] = [];
  for (const id of ids) {
    const one = await naming(`remove the worktree of task ${id}`, () => removeOne(input, io, id));
    removed.push(one);
    if (!flag(input, "json")) say(input, io, `Removed ${one.path}${patchText(one.patch)}`);
  }
  if (flag(input, "json")) printJson(io, removed);
  return 0;
}

export function patchText(patch: string | null): string {
  return patch === null ? "; it held no changes" : `; what it held is in ${patch}`;
}

async function removeOne(input: Input, io: Io, id: number): Promise<Removed> {
  const { client, task, owner } = await taskPlace(io, String(id), "remove the worktree of");
  const worktree = checkoutOf(task, "remove the worktree of");
  refuseWhileRunning(task, "remove the worktree of");
  const git = createGit({ cwd: "/", env: environment(io) });
  const repo = await repoGit(git, worktree);
  const wish = { owner, run: Math.max(1, task.attempt), baseCommit: worktree.baseCommit };
  const patch = patchFile(io, owner);
  const isSaved = existsSync(worktree.path)
    ? await saveWorktree(repo.at(worktree.path), { ...wish, patch }).catch(unless(flag(input, "force")))
    : false;
  const kept = isSaved ? patch : undefined;
  await client.call("worktree.note", { id, step: "removed", ...given({ patch: kept }) });
  await takeAway(repo, worktree.path);
  return { id, path: worktree.path, patch: kept ?? null };
}

/** One name for each time. */
export function patchFile(io: Pick<Io, "paths">, { id, uid }: { id: number; uid: string }): string {
  const time = new Date().toISOString().replaceAll(/[^0-9T]/g, "");
  return join(io.paths.stateDir, "patches", `${id}-${uid.slice(0, 8)}-${time}.patch`);
}

function unless(isForced: boolean): (error: unknown) => boolean {
  return (error) => {
    if (isForced) return false;
    throw error;
  };
}
