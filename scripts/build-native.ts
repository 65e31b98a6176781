/** Compiles the command line into one program of its own, `dist/claudine-native`, with Bun: `npm run build:native [-- --offline]`. */
import { execFile } from "node:child_process";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildIfStale } from "./build.ts";
import { distDir, makeStagingDir } from "./build/dist-folder.ts";
import { bundleNative } from "./build/native-bundle.ts";

const run = promisify(execFile);

const PROGRAM = "claudine-native";
const BUN_VERSION = "1.4.5";

const OPTIONS = [
  "--compile",
  "--bytecode",
  // Nothing in the folder where somebody calls it may change what the program does.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  // A program without options of its own does not start where the working directory is gone. This one changes nothing.
  "--compile-exec-argv=--no-addons",
];

/** Nothing is fetched: without Bun it ends with an exit code of its own. */
const OFFLINE = process.argv.includes("--offline");
const NOT_HERE = 69;

class NotHere extends Error {}

/** It uses the rest of dist/, so it lies there; the next build of dist/ takes it away with what it was made from. */
async function buildNative(): Promise<void> {
  const bun = await findBun();
  await buildIfStale();
  const staging = await makeStagingDir();
  try {
    const bundle = await bundleNative(staging, process.execPath);
    await bun(["build", ...OPTIONS, bundle, "--outfile", join(staging, PROGRAM)], staging);
    await rename(join(staging, PROGRAM), join(distDir, PROGRAM));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

type Bun = (words: readonly string[], cwd?: string) => Promise<string>;

/** The very version that the tests were run with: on the PATH, or in npm's cache, else fetched by npm. */
async function findBun(): Promise<Bun> {
  const installed = bunBy(["bun"]);
  if (await isThatVersion(installed)) return installed;
  const words = ["--yes", `bun@${BUN_VERSION}`];
  if (!OFFLINE) return bunBy(["npx", ...words]);
  const cached = bunBy(["npx", "--offline", ...words]);
  if (await isThatVersion(cached)) return cached;
  throw new NotHere(`Bun ${BUN_VERSION} is not on this machine`);
}

async function isThatVersion(bun: Bun): Promise<boolean> {
  return (await bun(["--version"]).catch(() => "")).trim() === BUN_VERSION;
}

function bunBy([file = "", ...before]: readonly string[]): Bun {
  return async (words, cwd) => (await run(file, [...before, ...words], { cwd })).stdout;
}

try {
  await buildNative();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof NotHere ? NOT_HERE : 1;
}
