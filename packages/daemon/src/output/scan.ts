/** Finds what output there is on the disk, a little at a time. */
import { lstatSync, type Stats } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { artifactBytes } from "./artifact-folder.ts";
import { parseFileName } from "./files.ts";
import type { KeptRun } from "./sweep-plan.ts";

/** Looked at in one go, so that others get their turn. */
const PIECE = 100;
const BLOCK_BYTES = 512;
/** The disk gives out space in blocks: less than this packed saves none. */
const WORTH_BYTES = 8192;

/** @returns runs with output, in no order */
export async function scanOutput(stateDir: string): Promise<KeptRun[]> {
  const found: KeptRun[] = [];
  const root = join(stateDir, "runs");
  let looked = 0;
  for (const folder of await namesIn(root)) {
    const runs = new Map<string, KeptRun & { hasOutput: boolean }>();
    for (const name of await namesIn(join(root, folder))) {
      looked += 1;
      if (looked % PIECE === 0) await setImmediate();
      const parsed = parseFileName(name);
      const stat = parsed && statOf(join(root, folder, name));
      const isFolder = parsed?.kind === "artifacts" && stat?.isDirectory() === true;
      if (parsed === undefined || stat === undefined || !(stat.isFile() || isFolder)) continue;
      const { id, attempt, kind } = parsed;
      const key = `${id}.${attempt}`;
      const run = runs.get(key) ?? { id, attempt, at: 0, bytes: 0, isPlain: false, hasOutput: false };
      runs.set(key, run);
      // What a crash left half done says nothing of when the run wrote.
      if (!kind.endsWith(".tmp")) run.at = Math.max(run.at, stat.mtimeMs);
      if (kind === "record") continue;
      run.hasOutput = true;
      run.bytes += isFolder ? await artifactBytes(join(root, folder, name)) : stat.blocks * BLOCK_BYTES;
      run.isPlain ||= (kind === "stdout" || kind === "stderr") && stat.size >= WORTH_BYTES;
    }
    for (const { hasOutput, ...run } of runs.values()) if (hasOutput) found.push(run);
  }
  return found;
}

/** What cannot be seen is left alone. */
const UNSEEN = new Set<unknown>(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isUnseen(error)) return [];
    throw error;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (isUnseen(error)) return undefined;
    throw error;
  }
}

function isUnseen(error: unknown): boolean {
  return error instanceof Error && "code" in error && UNSEEN.has(error.code);
}
