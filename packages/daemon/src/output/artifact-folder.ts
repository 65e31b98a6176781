/** The folder of a run's artifacts as a whole: how much is in it, and how it goes. Follows no link. */
import { chmod, lstat, opendir, rename, rmdir, unlink } from "node:fs/promises";
import { pathOf } from "./artifact-names.ts";
import { withFolder } from "./held-folder.ts";

const BLOCK_BYTES = 512;
/** What lies deeper is not counted: each level holds a descriptor. */
const COUNTED_DEPTH = 256;
/** What lies deeper is brought up before it is removed: paths and descriptors have a limit, depth has none. */
const REMOVED_DEPTH = 8;
/** A process left behind may make more of them for ever. */
const PASSES_MAX = 10_000;

/** On the disk. A folder that may not be read counts as empty. */
export async function artifactBytes(folder: string): Promise<number> {
  let bytes = 0;
  const count = (path: Buffer, depth: number): Promise<void> =>
    withFolder(path, async (held) => {
      const folders = await eachFile(held, async (file) => {
        bytes += (await lstat(file)).blocks * BLOCK_BYTES;
      });
      if (depth < COUNTED_DEPTH) for (const name of folders) await unlessGone(count(pathOf(held, [name]), depth + 1));
    });
  await unlessGone(count(Buffer.from(folder), 0));
  return bytes;
}

/** @throws what was in the way */
export async function removeArtifacts(folder: string): Promise<void> {
  // Nearly always there is none, or nothing in it.
  if (await removed(folder)) return;
  let broughtUp = 0;
  for (let [pass, before] = [0, -1]; before < broughtUp && pass < PASSES_MAX; pass += 1) {
    before = broughtUp;
    await unlessGone(
      withFolder(Buffer.from(folder), (top) =>
        clear(top, 0, async (path) => {
          await withFolder(path, (inner) => chmod(inner, 0o700));
          await rename(path, pathOf(top, [`brought-up-${broughtUp + 1}`]));
          broughtUp += 1;
        }),
      ),
    );
  }
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

/** Removes all that is in a folder that is held; one that may not be read is made readable. */
async function clear(held: Buffer, depth: number, bringUp: (folder: Buffer) => Promise<void>): Promise<void> {
  await chmod(held, 0o700);
  for (const name of await eachFile(held, unlink)) {
    const path = pathOf(held, [name]);
    if (depth < REMOVED_DEPTH) await unlessGone(withFolder(path, (inner) => clear(inner, depth + 1, bringUp)));
    await unlessGone(rmdir(path));
    if (depth >= REMOVED_DEPTH) await unlessGone(bringUp(path));
  }
}

/** @returns the names of the folders, after the folder is closed */
async function eachFile(held: Buffer, visit: (file: Buffer) => Promise<unknown>): Promise<string[]> {
  const folders: string[] = [];
  // `latin1` keeps the bytes of names, whatever they are.
  for await (const entry of await opendir(held, { encoding: "latin1", bufferSize: 256 })) {
    if (entry.isDirectory()) folders.push(entry.name);
    else await unlessGone(visit(pathOf(held, [entry.name])));
  }
  return folders;
}

/** The task may be at it, too. What cannot be removed shows when its folder is not empty. */
async function unlessGone(step: Promise<unknown>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!GONE.has(codeOf(error))) throw error;
  }
}

const GONE = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ENOTEMPTY", "EEXIST", "ENAMETOOLONG"]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
