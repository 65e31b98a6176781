/** The folder in which the repository keeps what it knows of one worktree; small notes of ours are in there too. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Worktree } from "@claudine/protocol/worktree";

/** Goes with the worktree when that is removed. */
const OURS = "claudine";

/** Read from the worktree itself, as git would look for a repository in the folders above as well. */
export function adminDirOf(path: string): string | undefined {
  const text = readText(join(path, ".git"));
  const [, dir] = /^gitdir: (.*)\n?$/s.exec(text ?? "") ?? [];
  const admin = dir === undefined ? undefined : resolve(path, dir.replace(/\n$/, ""));
  return admin === undefined || readText(join(admin, "gitdir")) === undefined ? undefined : admin;
}

export type Note = "ready" | "setup" | "committing";

/** @param path of the worktree */
export function readNote(path: string, name: Note): string | undefined {
  const admin = adminDirOf(path);
  return admin === undefined ? undefined : readText(join(admin, OURS, name));
}

export function writeNote(path: string, name: Note, text: string): void {
  const file = noteFile(path, name);
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Who a worktree was made for, and where it began: known after its task is forgotten. */
export type ReadyNote = { id: number; uid: string; state: string; worktree: Worktree };

/** Undefined for a worktree that is none of ours, or not ready. */
export function readReadyNote(path: string): ReadyNote | undefined {
  try {
    const note = JSON.parse(readNote(path, "ready") ?? "") as ReadyNote;
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

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
