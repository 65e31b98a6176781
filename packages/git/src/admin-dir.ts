/** The folder in which the repository keeps what it knows of one worktree; small notes of ours are in there too. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

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
