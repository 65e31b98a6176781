/** Writes the reference pages from the tables in the source: `node scripts/docs.ts [--check]`. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { rootDir } from "./build/dist-folder.ts";
import { PAGES } from "./docs/pages.ts";

/** The pages that are not as the source would have them. */
export async function driftedPages(): Promise<string[]> {
  const checked = await Promise.all(
    Object.entries(PAGES).map(async ([path, text]) => {
      const there = await readFile(join(rootDir, path), "utf8").catch(() => undefined);
      return there === text() ? [] : [path];
    }),
  );
  return checked.flat();
}

async function writePages(): Promise<void> {
  for (const [path, text] of Object.entries(PAGES)) {
    await mkdir(dirname(join(rootDir, path)), { recursive: true });
    await writeFile(join(rootDir, path), text());
  }
}

async function check(): Promise<void> {
  const drifted = await driftedPages();
  if (drifted.length === 0) return;
  process.stderr.write(`Not as the source has it: ${drifted.join(", ")}\n  hint: npm run docs\n`);
  process.exitCode = 1;
}

if (import.meta.main) await (process.argv.includes("--check") ? check() : writePages());
