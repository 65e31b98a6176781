/** The folder of a run's artifacts as a whole: how much is in it, and how it goes. Follows no link. */
import { chmod, lstat, opendir, rmdir, unlink } from "node:fs/promises";
import { pathOf } from "./artifact-names.ts";

const BLOCK_BYTES = 512;

/** On the disk. A folder that may not be read counts as empty. */
export async function artifactBytes(folder: string): Promise<number> {
  let bytes = 0;
  await each(folder, async (path, isFolder) => {
    if (!isFolder) bytes += (await lstat(path)).blocks * BLOCK_BYTES;
  });
  return bytes;
}

/** @throws what was in the way */
export async function removeArtifacts(folder: string): Promise<void> {
  // Nearly always there is none.
  if (await removed(folder)) return;
  await each(folder, (path, isFolder) => (isFolder ? rmdir(path) : unlink(path)), { force: true });
  if (!(await removed(folder))) throw new Error(`The folder ${folder} is not empty`);
}

async function removed(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return true;
    if (code !== "ENOTDIR") return false;
    // A task has put something else in its place.
    await unlink(folder);
    return true;
  }
}

type Visit = (path: Buffer, isFolder: boolean) => Promise<unknown>;

/** The content of a folder, what is deeper first. `force`: a folder that may not be read is made readable. */
async function each(folder: string, visit: Visit, { force = false } = {}): Promise<void> {
  const enter = async (path: Buffer): Promise<void> => {
    if (force) await chmod(path, 0o700);
    for await (const entry of await opendir(path, { encoding: "latin1", bufferSize: 256 })) {
      const own = pathOf("", [entry.name]);
      const inner = Buffer.concat([path, own]);
      const isFolder = entry.isDirectory();
      if (isFolder) await unlessGone(enter(inner));
      await unlessGone(visit(inner, isFolder));
    }
  };
  const path = Buffer.from(folder);
  if ((await lstat(path).catch(() => undefined))?.isDirectory() === true) await unlessGone(enter(path));
}

/** The task may be at it, too. What cannot be removed shows when its folder is not empty. */
async function unlessGone(step: Promise<unknown>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ENOTEMPTY"].includes(codeOf(error))) throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
