/** The whole command line as one CommonJS file, which is what Bun compiles to bytecode. */
import { join } from "node:path";
import { buildBundle, commonJs } from "./bundles.ts";

const OUT = "native.cjs";

/** Its folder is that of the program, wherever the names that lead to it lie. */
const HERE = `const __here = require("node:path").dirname(process.execPath);`;
/** yargs asks for its own URL. */
const URL_HERE = `const __metaUrl = require("node:url").pathToFileURL(process.execPath).href;`;

/**
 * @param node the Node to start the daemon with while it is there
 * @returns the file's path
 */
export async function bundleNative(outDir: string, node: string): Promise<string> {
  const define = {
    ...commonJs.define,
    "import.meta.dirname": "__here",
    "import.meta.url": "__metaUrl",
    __CLAUDINE_NODE__: JSON.stringify(node),
  };
  const options = { ...commonJs, define, minify: true, supported: { "dynamic-import": false } };
  const entry = "packages/client/src/cli/native.ts";
  await buildBundle({ entry, out: OUT, options, banner: `${HERE}${URL_HERE}`, without: ["react", "ink"] }, outDir);
  return join(outDir, OUT);
}
