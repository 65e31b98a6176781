/** `claudine worktree prune`: removes the worktrees whose tasks the daemon has forgotten. */
import { createGit, type ReadyNote, readReadyNote, repoGit, saveWorktree, takeAway } from "@claudine/git";
import { ClaudineError } from "@claudine/protocol/errors";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Client } from "../../client.ts";
import type { Input, Io } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";
import { environment, naming } from "./place.ts";
import { patchFile, patchText } from "./remove.ts";

type Pruned = { id: number; path: string; patch: string | null };

export async function pruneWorktrees(input: Input, io: Io): Promise<number> {
  const client = await io.connect();
  const pruned: Pruned[] = [];
  for (const note of await gone(client, io)) {
    const one = flag(input, "dry-run")
      ? { id: note.id, path: note.worktree.path, patch: null }
      : await naming(`prune ${note.worktree.path}`, () => pruneOne(io, note));
    pruned.push(one);
    const done = flag(input, "dry-run") ? `Would remove ${one.path}` : `Removed ${one.path}${patchText(one.patch)}`;
    if (!flag(input, "json")) say(input, io, done);
  }
  if (flag(input, "json")) printJson(io, pruned);
  return 0;
}

/** Those that a daemon of this state folder made, for a task that it does not know any more. */
async function gone(client: Client, io: Io): Promise<ReadyNote[]> {
  const folder = await worktreesFolder(client, io);
  const names = await readdir(folder).catch(() => []);
  const found: ReadyNote[] = [];
  for (const name of names) {
    const note = readReadyNote(join(folder, name));
    if (note?.state === io.paths.stateDir && !(await isKnown(client, note))) found.push(note);
  }
  return found;
}

async function worktreesFolder(client: Client, io: Io): Promise<string> {
  const { config } = await client.call("config.get", {});
  const { folder } = (config["worktrees"] ?? {}) as { folder?: string };
  return folder?.replace(/^~/, homedir()) ?? join(io.paths.stateDir, "worktrees");
}

async function isKnown(client: Client, { id, uid }: ReadyNote): Promise<boolean> {
  try {
    return (await client.call("task.get", { id })).task.uid === uid;
  } catch (error) {
    if (error instanceof ClaudineError && error.code === "not_found") return false;
    throw error;
  }
}

async function pruneOne(io: Io, { id, uid, worktree }: ReadyNote): Promise<Pruned> {
  const repo = await repoGit(createGit({ cwd: "/", env: environment(io) }), worktree);
  const patch = patchFile(io, { id, uid });
  const wish = { owner: { id, uid }, run: 1, baseCommit: worktree.baseCommit, patch };
  const isSaved = await saveWorktree(repo.at(worktree.path), wish);
  await takeAway(repo, worktree.path);
  return { id, path: worktree.path, patch: isSaved ? patch : null };
}
