/** Compiles the command line into one program of its own, `dist/claudine-native`, with Bun: `npm run build:native`. */
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

/** It uses the rest of dist/, so it lies there; the next build of dist/ takes it away with what it was made from. */
async function buildNative(): Promise<void> {
  await buildIfStale();
  const bun = await findBun();
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

/** One on the PATH when it is the very version that the tests were run with; npm fetches it otherwise. */
async function findBun(): Promise<Bun> {
  const installed = bunBy(["bun"]);
  const version = await installed(["--version"]).catch(() => "");
  return version.trim() === BUN_VERSION ? installed : bunBy(["npx", "--yes", `bun@${BUN_VERSION}`]);
}

function bunBy([file = "", ...before]: readonly string[]): Bun {
  return async (words, cwd) => (await run(file, [...before, ...words], { cwd })).stdout;
}

try {
  await buildNative();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
