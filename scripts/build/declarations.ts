/** Emits the client library's type declarations so that they stand without the workspaces. */
import { execFile } from "node:child_process";
import { glob, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { rootDir } from "./dist-folder.ts";

const run = promisify(execFile);

export async function emitDeclarations(outDir: string): Promise<void> {
  const typesDir = join(outDir, "types");
  const tsc = join(rootDir, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [tsc, "-p", join(rootDir, "scripts/build/tsconfig.types.json"), "--outDir", typesDir]);
  for await (const file of glob("**/*.d.ts", { cwd: typesDir })) {
    const path = join(typesDir, file);
    await writeFile(path, rewriteSpecifiers(await readFile(path, "utf8"), relative(dirname(path), typesDir)));
  }
}

/** Turns `@claudine/protocol/task` and `./task.ts` into relative paths with the extension a consumer resolves. */
function rewriteSpecifiers(text: string, toTypesDir: string): string {
  return text.replace(/(\bfrom |\bimport\(|\bimport )"([^"]+)"/g, (_match, keyword: string, specifier: string) => {
    const workspace = /^@claudine\/([\w-]+)(?:\/(.+))?$/.exec(specifier);
    const path = workspace ? `./${toTypesDir}/${workspace[1]}/src/${workspace[2] ?? "index"}.js` : specifier;
    return `${keyword}"${path.replace(/\.tsx?$/, ".js")}"`;
  });
}
