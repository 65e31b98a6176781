/** Gives a test run one folder for everything it writes, and fails the run when something stays behind. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TestProject } from "vitest/node";
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
  return async () => {
    if (TMPDIR === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
    else process.env["TMPDIR"] = TMPDIR;
    const leftBehind = await awaitNoProcesses(root);
    if (leftBehind.length > 0) await endAll(root);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
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

/** Again as long as there are some, as a task may start others meanwhile. */
async function endAll(root: string): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const found = await processesUnder(root, { allFiles: true });
    if (found.length === 0) return;
    for (const { pid } of found) kill(pid);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}
