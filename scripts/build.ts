/** Builds everything that ships into dist/: `node scripts/build.ts [--if-stale]`. */
import { rm } from "node:fs/promises";
import { bundleAll } from "./build/bundles.ts";
import { addCodeCache } from "./build/code-cache.ts";
import { emitDeclarations } from "./build/declarations.ts";
import { distDir, makeStagingDir, publishStaging } from "./build/dist-folder.ts";
import { isFresh, writeStamp } from "./build/freshness.ts";
import { writeNotices } from "./build/notices.ts";
import { copyShims } from "./build/shims.ts";

/** Builds into a staging folder first, so that a failed build leaves the last good dist/ alone. */
export async function build(): Promise<void> {
  const startedAt = Date.now();
  const staging = await makeStagingDir();
  try {
    const work = [bundleAll(staging), emitDeclarations(staging), copyShims(staging)] as const;
    // When one fails, the others may still be writing.
    await Promise.allSettled(work);
    const [metafiles] = await Promise.all(work);
    await addCodeCache(staging);
    await writeNotices(staging, metafiles);
    await writeStamp(staging, startedAt);
    await publishStaging(staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Builds only when a source is newer than dist/. */
export async function buildIfStale(): Promise<void> {
  if (!(await isFresh(distDir))) {
    await build();
  }
}

if (import.meta.main) {
  try {
    await (process.argv.includes("--if-stale") ? buildIfStale() : build());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
