/** Copies the shim programs, which run as they are, beside the bundles. */
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { rootDir } from "./dist-folder.ts";

const SHIMS = ["shim.pl", "shim.mjs"];

export async function copyShims(outDir: string): Promise<void> {
  const from = join(rootDir, "packages/daemon/src/runner/shim");
  const to = join(outDir, "shim");
  await mkdir(to, { recursive: true });
  await Promise.all(SHIMS.map((shim) => copyFile(join(from, shim), join(to, shim))));
}
