/** A folder that is held open, so that what is done in it is done there, whatever a task puts in its place meanwhile. */
import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";

export type HeldFolder = {
  /** For the system, as long as it is held; however deep the folder lies, it is short. */
  path: Buffer;
  release(): Promise<void>;
};

/** Of Linux: held also where it may not be read. Node has no name for it. */
const O_PATH = 0o10000000;

/** @throws the system's error; ENOTDIR for what is no folder, a link to one too */
export async function holdFolder(path: Buffer): Promise<HeldFolder> {
  if (process.platform !== "linux") return checked(path);
  const handle = await open(path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  return { path: Buffer.from(`/proc/self/fd/${handle.fd}`), release: () => handle.close() };
}

/** Where there are no paths of descriptors: as good as a look can be. */
async function checked(path: Buffer): Promise<HeldFolder> {
  if (!(await lstat(path)).isDirectory())
    throw Object.assign(new Error(`ENOTDIR: not a directory, '${path.toString()}'`), { code: "ENOTDIR" });
  return { path, release: async () => {} };
}

export async function withFolder<T>(path: Buffer, action: (held: Buffer) => Promise<T>): Promise<T> {
  const held = await holdFolder(path);
  try {
    return await action(held.path);
  } finally {
    await held.release();
  }
}
