/** Takes a worktree away in one step, from which there is a way back until its files are removed. */
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { noWorktree, type ReadyNote, readyNoteIn, textOf } from "./admin-dir.ts";
import { removeOld } from "./leftovers.ts";

export type Aside = {
  /** As it was, unless something else has taken its place. */
  putBack(): Promise<void>;
  remove(): Promise<void>;
};

type Move = { from: string; to: string };

const ASIDE = ".removed-";

/** Neither the path nor the branch is taken any more then. @throws ClaudineError wrong_state, as for one that is locked */
export async function setAside({ worktree, uid }: Pick<ReadyNote, "worktree" | "uid">): Promise<Aside> {
  const { path, gitDir } = worktree;
  const admins = adminsOf(gitDir);
  const admin = admins.find((one) => isAt(one, path));
  if (admin === undefined && existsSync(path)) throw noWorktree(worktree);
  if (!existsSync(path)) refuseMoved({ worktree, uid }, admins);
  if (admin !== undefined) refuseLocked(path, admin);
  const moves: Move[] = existsSync(path) ? [await asideOf(path, dirname(path))] : [];
  if (admin !== undefined) moves.push(await asideOf(admin, join(gitDir, "claudine")));
  const moved: Move[] = [];
  const putBack = async (): Promise<void> => {
    for (const { from, to } of moved.toReversed()) if (!existsSync(from)) await rename(to, from);
  };
  try {
    for (const move of moves) {
      await rename(move.from, move.to);
      moved.push(move);
    }
  } catch (error) {
    await putBack();
    throw error;
  }
  return { putBack, remove: () => removeAll(path, moved) };
}

/** Beside what is there, so that a change of the name is all. */
async function asideOf(from: string, folder: string): Promise<Move> {
  await mkdir(folder, { recursive: true });
  await removeOld(folder, ASIDE);
  return { from, to: join(folder, `${ASIDE}${basename(from)}-${randomUUID()}`) };
}

async function removeAll(path: string, moved: readonly Move[]): Promise<void> {
  for (const { to } of moved) {
    try {
      await rm(to, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ClaudineError("permission", `${path} is taken away, but not all of its files are removed: ${why}`, {
        hint: `What it held is saved; remove ${to}`,
      });
    }
  }
}

/** What the repository knows of its worktrees: one of them may lack its own note of it. */
function adminsOf(gitDir: string): string[] {
  const folder = join(gitDir, "worktrees");
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function isAt(admin: string, path: string): boolean {
  const place = placeOf(admin);
  return place === path || (place !== undefined && existsSync(path) && place === realpathSync(path));
}

function placeOf(admin: string): string | undefined {
  const text = textOf(join(admin, "gitdir"));
  return text === undefined ? undefined : dirname(resolve(admin, text.replace(/\n$/, "")));
}

/** By hand, with `git worktree move`. */
function refuseMoved({ worktree, uid }: Pick<ReadyNote, "worktree" | "uid">, admins: readonly string[]): void {
  const moved = admins.find((one) => readyNoteIn(one)?.uid === uid && !isAt(one, worktree.path));
  if (moved === undefined) return;
  const place = placeOf(moved) ?? moved;
  throw new ClaudineError("wrong_state", `${worktree.path} was moved to ${place}`, {
    hint: `Nothing was removed; git worktree move ${place} ${worktree.path} brings it back`,
  });
}

function refuseLocked(path: string, admin: string): void {
  const reason = textOf(join(admin, "locked"))?.trim();
  if (reason === undefined) return;
  throw new ClaudineError("wrong_state", `${path} is locked${reason === "" ? "" : `: ${reason}`}`, {
    hint: `Nothing was removed; git worktree unlock ${path}`,
  });
}
