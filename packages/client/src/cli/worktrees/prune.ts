/** `claudine worktree prune`: removes the worktrees whose tasks the daemon has forgotten. */
import {
  createGit,
  inWorktree,
  type ReadyNote,
  readReadyNote,
  requireAsSaved,
  saveWorktree,
  setAside,
} from "@claudine/git";
import { ClaudineError } from "@claudine/protocol/errors";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Client } from "../../client.ts";
import type { Input, Io } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";
import { reportError } from "../report-error.ts";
import { environment, naming } from "./place.ts";
import { patchFile, patchText } from "./remove.ts";

type Gone = { note: ReadyNote; path: string };
type Pruned = { id: number; path: string; patch: string | null };

/** One that cannot be removed keeps no other from it. @returns the exit code of the first of those */
export async function pruneWorktrees(input: Input, io: Io): Promise<number> {
  const client = await io.connect();
  const isDry = flag(input, "dry-run");
  const pruned: Pruned[] = [];
  let code = 0;
  for (const { note, path } of await gone(client, io)) {
    try {
      const one = isDry
        ? { id: note.id, path, patch: null }
        : await naming(`prune ${path}`, () => pruneOne(io, note, path));
      pruned.push(one);
      const done = isDry ? `Would remove ${path}` : `Removed ${path}${patchText(one.patch)}`;
      if (!flag(input, "json")) say(input, io, done);
    } catch (error) {
      code ||= reportError(error, input, io);
    }
  }
  if (flag(input, "json")) printJson(io, pruned);
  return code;
}

/** Those that a daemon of this state folder made, for a task that it does not know any more. */
async function gone(client: Client, io: Io): Promise<Gone[]> {
  const folder = await worktreesFolder(client, io);
  const names = await readdir(folder).catch(() => []);
  const found: Gone[] = [];
  // Others are on their way out.
  for (const name of names.filter((one) => !one.startsWith("."))) {
    const place = join(folder, name);
    const note = readReadyNote(place);
    if (note?.state !== io.paths.stateDir || (await isKnown(client, note))) continue;
    found.push({ note, path: existsSync(note.worktree.path) ? note.worktree.path : place });
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

async function pruneOne(io: Io, { id, uid, worktree: noted }: ReadyNote, path: string): Promise<Pruned> {
  const worktree = { ...noted, path };
  const git = inWorktree(createGit({ cwd: "/", env: environment(io) }), worktree);
  const patch = patchFile(io, { id, uid });
  const saved = await saveWorktree(git, { owner: { id, uid }, run: 1, baseCommit: worktree.baseCommit, patch });
  await requireAsSaved(git, saved);
  await (await setAside({ worktree, uid })).remove();
  return { id, path, patch: saved.hasChanges ? patch : null };
}
