/** The mark beside a worktree that is being made: what is at its path meanwhile was never seen by a task. */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { flush } from "./flush.ts";

/** Not within it, where a task could take it away or bring it back. */
function markOf(path: string, uid: string): string {
  return join(dirname(path), `.${basename(path)}.${uid.replaceAll(/[^A-Za-z0-9.-]/g, "-")}.incomplete`);
}

export function isIncomplete(path: string, uid: string): boolean {
  return existsSync(markOf(path, uid));
}

export async function markIncomplete(path: string, uid: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(markOf(path, uid), "");
  await flush(dirname(path));
}

/** Durable before a task works in it. */
export async function markComplete(path: string, uid: string): Promise<void> {
  await rm(markOf(path, uid), { force: true });
  await flush(dirname(path));
}
