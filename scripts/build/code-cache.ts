/**
 * Ships the bytecode of the lean command line beside its source: compiling would take a tenth of a submit's time.
 * Bytecode belongs to one version of Node; any other one compiles the source as usual.
 */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const SOURCE = "claudine-lean.cjs";
const CACHE = "`${__dirname}/claudine-lean-${process.version}-${process.platform}-${process.arch}.cache`";

const BOOT = `#!/usr/bin/env node
"use strict";
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");
let cachedData;
try {
  cachedData = readFileSync(${CACHE});
} catch {}
const filename = __dirname + "/${SOURCE}";
new Script(readFileSync(filename, "latin1"), { filename, cachedData }).runInThisContext()(exports, require, module, filename, __dirname);
`;

/** Runs one submit, so that the functions it calls are compiled, and keeps what was compiled. */
const WARM_UP = `"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:net");
const { Script } = require("node:vm");
const [socket] = process.argv.slice(2);
process.argv = [process.execPath, __filename, "submit", "--socket", socket, "true"];
createServer((peer) => {
  let line = "";
  peer.on("data", (chunk) => {
    line += chunk;
    if (line.endsWith("\\n")) peer.write(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(line).id, result: { ids: [1], uids: ["1"] } }) + "\\n");
  });
}).listen(socket, () => {
  const filename = __dirname + "/${SOURCE}";
  const script = new Script(readFileSync(filename, "latin1"), { filename });
  process.on("exit", () => writeFileSync(${CACHE}, script.createCachedData()));
  script.runInThisContext()(exports, require, module, filename, __dirname);
});
`;

/** Puts a loader in the place of the bundle `claudine.cjs`, with the bundle and its bytecode beside it. */
export async function addCodeCache(outDir: string): Promise<void> {
  const entry = join(outDir, "claudine.cjs");
  const bundle = (await readFile(entry, "latin1")).replace(/^#!.*\n/, "");
  if (/[^\0-\x7f]/.test(bundle)) throw new Error("claudine.cjs must be ASCII: its loader reads it byte by byte");
  await writeFile(join(outDir, SOURCE), `(function (exports, require, module, __filename, __dirname) {${bundle}\n})`);
  await warmUp(outDir);
  await writeFile(entry, BOOT);
  await chmod(entry, 0o755);
}

async function warmUp(outDir: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "warm-"));
  const program = join(outDir, "warm-up.cjs");
  try {
    await writeFile(program, WARM_UP);
    // The options of whoever builds would make bytecode that nobody else can use.
    const { NODE_OPTIONS: _, ...env } = process.env;
    await run(process.execPath, [program, join(folder, "s")], { env });
  } finally {
    await rm(program, { force: true });
    await rm(folder, { recursive: true, force: true });
  }
}
