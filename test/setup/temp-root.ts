/** Gives a test run one folder for everything it writes, and fails the run when something stays behind. */
import { spawn } from "node:child_process";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TestProject } from "vitest/node";
import { clearAway } from "./clear-away.ts";
import { processesUnder, type FoundProcess } from "./processes-under.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The run's own folder, with a path short enough for sockets inside: `inject("testRoot")`. */
    readonly testRoot: string;
  }
}

/** For what was told to stop; only a run that leaves something behind waits so long. */
const DEADLINE_MS = 30_000;

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "clt-")));
  project.provide("testRoot", root);
  // Where the unit tests make their folders: a test that is cut off leaves them here, and they go with the rest.
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = root;
  const whenCutOff = () => clearAwayLater(root);
  process.once("exit", whenCutOff);
  return async () => {
    if (TMPDIR === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
    else process.env["TMPDIR"] = TMPDIR;
    const leftBehind = await awaitNoProcesses(root);
    await clearAway(root);
    process.off("exit", whenCutOff);
    if (leftBehind.length > 0) {
      const list = leftBehind.map(({ pid, command }) => `  ${pid} ${command}`).join("\n");
      throw new Error(`Processes left behind by the tests, killed now:\n${list}`);
    }
  };
}

/** What was told to stop may still be on its way out. */
async function awaitNoProcesses(root: string): Promise<FoundProcess[]> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await processesUnder(root, { allFiles: true });
    if (found.length === 0 || Date.now() >= deadline) return found;
    await delay(50);
  }
}

/** On Ctrl-C the test runner ends at once, so another process has to do it. */
function clearAwayLater(root: string): void {
  const program = join(import.meta.dirname, "clear-away.ts");
  spawn(process.execPath, [program, root], { cwd: "/", detached: true, stdio: "ignore" }).unref();
}
