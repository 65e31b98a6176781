/** `claudine worktree remove`: saves what is in a worktree, takes it out of sight, has the daemon know, and only then removes it. */
import { requireAsSaved, type Saved, saveWorktree, setAside } from "@claudine/git";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Input, Io } from "../command.ts";
import { given } from "../given.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";
import { resolveTasks } from "../resolve-task.ts";
import { checkoutOf, filesOf, naming, refuseWhileRunning, type TaskPlace, taskPlace } from "./place.ts";

type Removed = { id: number; path: string; patch: string | null };

const WISH = "remove the worktree of";

export async function removeWorktrees(input: Input, io: Io): Promise<number> {
  const ids = await resolveTasks(await io.connect(), input.args, WISH);
  const removed: Removed[] = [];
  for (const id of ids) {
    const one = await naming(`${WISH} task ${id}`, () => removeOne(input, io, id));
    removed.push(one);
    if (!flag(input, "json")) say(input, io, `Removed ${one.path}${patchText(one.patch, flag(input, "force"))}`);
  }
  if (flag(input, "json")) printJson(io, removed);
  return 0;
}

export function patchText(patch: string | null, isForced = false): string {
  if (patch !== null) return `; what it held is in ${patch}`;
  return isForced ? "; there is no patch of it" : "; it held no changes";
}

async function removeOne(input: Input, io: Io, id: number): Promise<Removed> {
  const place = await taskPlace(io, String(id), WISH);
  const { client, task, owner } = place;
  const worktree = checkoutOf(task, WISH);
  const { path } = worktree;
  refuseWhileRunning(task, WISH);
  const patch = patchFile(io, owner);
  const saved = existsSync(path) ? await save(place, { patch, isForced: flag(input, "force") }) : undefined;
  // Saving may have taken a while.
  refuseWhileRunning((await client.call("task.get", { id })).task, WISH);
  const aside = await setAside({ worktree, uid: owner.uid });
  const kept = saved?.hasChanges === true ? patch : undefined;
  try {
    await client.call("worktree.note", { id, step: "removed", ...given({ patch: kept }) });
  } catch (error) {
    await aside.putBack();
    throw error;
  }
  await aside.remove();
  return { id, path, patch: kept ?? null };
}

/** @returns undefined when nothing of it can be saved and it is removed all the same */
async function save(place: TaskPlace, wish: { patch: string; isForced: boolean }): Promise<Saved | undefined> {
  const { task, owner } = place;
  const { baseCommit } = checkoutOf(task, WISH);
  try {
    const git = filesOf(place);
    const saved = await saveWorktree(git, { owner, run: Math.max(1, task.attempt), baseCommit, ...wish });
    if (!wish.isForced) await requireAsSaved(git, saved);
    return saved;
  } catch (error) {
    if (wish.isForced) return undefined;
    throw error;
  }
}

/** One name for each time. */
export function patchFile(io: Pick<Io, "paths">, { id, uid }: { id: number; uid: string }): string {
  const time = new Date().toISOString().replaceAll(/[^0-9T]/g, "");
  return join(io.paths.stateDir, "patches", `${id}-${uid.slice(0, 8)}-${time}.patch`);
}
