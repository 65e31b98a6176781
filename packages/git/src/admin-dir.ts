/** The folder in which the repository keeps what it knows of one worktree; small notes of ours are in there too. */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Worktree } from "@claudine/protocol/worktree";
import type { Git } from "./run-git.ts";

/** Goes with the worktree when that is removed. */
const OURS = "claudine";

/** Read from the worktree itself, as git would look for a repository in the folders above as well. */
export function adminDirOf(path: string): string | undefined {
  const text = textOf(join(path, ".git"));
  const [, dir] = /^gitdir: (.*)\n?$/s.exec(text ?? "") ?? [];
  const admin = dir === undefined ? undefined : resolve(path, dir.replace(/\n$/, ""));
  return admin === undefined || textOf(join(admin, "gitdir")) === undefined ? undefined : admin;
}

type Place = Pick<Worktree, "path" | "repo" | "gitDir">;

/**
 * Git in the worktree of a task: never in a repository around it, nor in one that was put in its place.
 * @throws ClaudineError
 */
export function inWorktree(git: Git, worktree: Place): Git {
  const { path, gitDir } = worktree;
  if (!existsSync(path)) throw new ClaudineError("not_found", `there is no folder ${path}`);
  const admin = adminDirOf(path);
  if (admin === undefined || dirname(realpathSync(admin)) !== join(realpathSync(gitDir), "worktrees"))
    throw noWorktree(worktree);
  return git.at(path);
}

export function noWorktree({ path, repo }: Pick<Worktree, "path" | "repo">): ClaudineError {
  return new ClaudineError("wrong_state", `${path} is no worktree of ${repo}`, {
    hint: "Its .git is gone or another one, and nothing was changed; git worktree repair may help, or move it away",
  });
}

export type Note = "ready" | "setup" | "committing" | "rebasing";

/** @param path of the worktree */
export function readNote(path: string, name: Note): string | undefined {
  const admin = adminDirOf(path);
  return admin === undefined ? undefined : textOf(join(admin, OURS, name));
}

export function writeNote(path: string, name: Note, text: string): void {
  const file = noteFile(path, name);
  if (file === undefined) throw new ClaudineError("wrong_state", `${path} is no worktree any more`);
  mkdirSync(dirname(file), { recursive: true });
  // Whole or not at all: a full disk leaves no empty one.
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}

export function removeNote(path: string, name: Note): void {
  const file = noteFile(path, name);
  if (file !== undefined) rmSync(file, { force: true });
}

/** Who a worktree was made for, and where it began: known after its task is forgotten. */
export type ReadyNote = { id: number; uid: string; state: string; worktree: Worktree };

/** Undefined for a worktree that is none of ours, or not ready. */
export function readReadyNote(path: string): ReadyNote | undefined {
  const admin = adminDirOf(path);
  return admin === undefined ? undefined : readyNoteIn(admin);
}

export function readyNoteIn(admin: string): ReadyNote | undefined {
  try {
    const note = JSON.parse(textOf(join(admin, OURS, "ready")) ?? "") as ReadyNote;
    return typeof note.uid === "string" && typeof note.worktree.gitDir === "string" ? note : undefined;
  } catch {
    return undefined;
  }
}

/** Where a note is; its folder is there once the worktree is ready. */
export function noteFile(path: string, name: Note): string | undefined {
  const admin = adminDirOf(path);
  return admin === undefined ? undefined : join(admin, OURS, name);
}

export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
