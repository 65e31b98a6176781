/** Tells whether dist/ is newer than everything it is made from. */
import { glob, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootDir } from "./dist-folder.ts";

const STAMP = ".built-at";

/** Folders are watched too: deleting a file changes nothing else. */
const SOURCES = [
  "package.json",
  "package-lock.json",
  "packages/*/package.json",
  "packages/*/src",
  "packages/*/src/**",
  "scripts/build.ts",
  "scripts/build/*",
];

export async function writeStamp(folder: string, startedAt: number): Promise<void> {
  await writeFile(join(folder, STAMP), `${startedAt}\n`);
}

/** True when no source changed since the build that made `folder` began. */
export async function isFresh(folder: string): Promise<boolean> {
  const stamp = await readFile(join(folder, STAMP), "utf8").catch(() => "");
  const builtAt = Number.parseInt(stamp, 10);
  if (Number.isNaN(builtAt)) {
    return false;
  }
  for await (const source of glob(SOURCES, { cwd: rootDir })) {
    if (isTest(source)) {
      continue;
    }
    const { mtimeMs } = await stat(join(rootDir, source));
    if (mtimeMs > builtAt) {
      return false;
    }
  }
  return true;
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}
