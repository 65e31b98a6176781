/**
 * `npm run test:agents`: installs the tools from the registry into a temporary folder, then runs the suite where nothing
 * but the loopback can be reached.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOOLS } from "./tools.ts";

const rootDir = join(import.meta.dirname, "../..");
const LOOPBACK_ONLY = 'ip link set lo up && exec "$@"';
const WAYS: ReadonlyArray<readonly string[]> = [
  ["unshare", "-n", "sh", "-c", LOOPBACK_ONLY, "sh"],
  ["unshare", "-rn", "sh", "-c", LOOPBACK_ONLY, "sh"],
];

/** Those that are there already are taken from the folder that this names, and left in it. */
const given = process.env["AGENT_TOOLS"];
const folder = given ?? mkdtempSync(join(tmpdir(), "agent-tools-"));
// Who interrupts this ends what it has started; the folder is still to go.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
const somethingToTest = given !== undefined || install();
process.exitCode = somethingToTest ? suite() : 0;
if (given === undefined) rmSync(folder, { recursive: true, force: true });

/** One by one: that one cannot be had is no reason to skip the others. */
function install(): boolean {
  const missing = TOOLS.filter(({ npmPackage }) => {
    console.log(`Installing ${npmPackage}`);
    const flags = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"];
    return !ran(["npm", "install", "--prefix", folder, ...flags, npmPackage]);
  });
  for (const { adapter, npmPackage } of missing) {
    console.log(`SKIPPED: the tests of ${adapter.title}, as ${npmPackage} could not be installed`);
  }
  // Its program is in a package for this platform, and put in its place by this.
  const place = join(folder, "node_modules/@anthropic-ai/claude-code/install.cjs");
  if (!missing.some(({ adapter }) => adapter.name === "claude")) ran([process.execPath, place]);
  return missing.length < TOOLS.length;
}

function suite(): number {
  const way = WAYS.find((words) => quiet([...words, "true"]));
  if (way === undefined)
    console.log("No network namespace can be had here: proxies that lead nowhere are all that keeps the tools in");
  const vitest = [
    process.execPath,
    join(rootDir, "node_modules/vitest/vitest.mjs"),
    "run",
    "--config",
    "test/agents/vitest.config.ts",
  ];
  const env = { ...process.env, AGENT_TOOLS: folder, AGENT_ISOLATED: way === undefined ? "0" : "1" };
  return ran([...(way ?? []), ...vitest, ...process.argv.slice(2)], env) ? 0 : 1;
}

function ran([program = "", ...args]: readonly string[], env = process.env): boolean {
  return spawnSync(program, args, { cwd: rootDir, stdio: "inherit", env }).status === 0;
}

function quiet([program = "", ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
