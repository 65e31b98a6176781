/** Writes the licence texts of every package that ended up inside a bundle. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { rootDir } from "./dist-folder.ts";

interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

const ACCEPTED = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0"]);

const HEADER = "Claudine contains code of the packages below. Each is listed with its licence.\n";

export async function writeNotices(outDir: string, metafiles: readonly Metafile[]): Promise<void> {
  const notices = await Promise.all([...bundledPackages(metafiles)].map(readNotice));
  notices.sort((a, b) => a.name.localeCompare(b.name, "en") || a.version.localeCompare(b.version, "en"));
  // The same version may lie in several folders.
  const sections = new Set(
    notices.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text.trim()}\n`),
  );
  await writeFile(join(outDir, "THIRD-PARTY-NOTICES.txt"), [HEADER, ...sections].join(`\n${"-".repeat(80)}\n\n`));
}

/** Only what esbuild really wrote: an input that was shaken out ships nothing. */
function bundledPackages(metafiles: readonly Metafile[]): Set<string> {
  const folders = new Set<string>();
  for (const output of metafiles.flatMap((metafile) => Object.values(metafile.outputs))) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
      if (folder !== undefined && bytesInOutput > 0) {
        folders.add(folder);
      }
    }
  }
  return folders;
}

async function readNotice(folder: string): Promise<Notice> {
  const path = join(rootDir, folder);
  const manifest = JSON.parse(await readFile(join(path, "package.json"), "utf8")) as Omit<Notice, "text">;
  const { name, version, license } = manifest;
  if (!ACCEPTED.has(license)) {
    throw new Error(`${name} ${version} has the licence ${license}, which is not among ${[...ACCEPTED].join(", ")}`);
  }
  const files = (await readdir(path)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(path, file), "utf8")));
  return { name, version, license, text: texts.join("\n\n") || `Licence: ${license}, as its package.json says` };
}
