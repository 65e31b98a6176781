/** Where the build puts its results, and how a finished build takes the place of the one before. */
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

export const rootDir = join(import.meta.dirname, "../..");
export const distDir = join(rootDir, "dist");

/** The staging folder lies beside dist/, so that moving a file is a rename on one file system. */
export async function makeStagingDir(): Promise<string> {
  return mkdtemp(join(rootDir, ".dist-"));
}

/**
 * Moves every staged file over its predecessor and drops what is no longer built.
 * File by file rather than folder by folder: a command started meanwhile always finds dist/ in place.
 */
export async function publishStaging(staging: string): Promise<void> {
  const staged = new Set(await listFiles(staging));
  for (const file of staged) {
    const target = join(distDir, file);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(staging, file), target);
  }
  const leftOvers = (await listFiles(distDir)).filter((file) => !staged.has(file));
  await Promise.all(leftOvers.map((file) => rm(join(distDir, file), { force: true })));
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
