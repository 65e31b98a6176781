/** Ends what works in the folder of a test run, and removes it; as a program, after a run that was cut off. */
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { processesUnder } from "./processes-under.ts";

const ROUNDS_AT_MOST = 100;
/** In this time the processes that run the tests notice that they are alone, and go. */
const WORKERS_END_MS = 2000;

export async function clearAway(folder: string): Promise<void> {
  // Again as long as there are some, as a task may start others meanwhile.
  for (let rounds = 0; rounds < ROUNDS_AT_MOST; rounds += 1) {
    const found = await processesUnder(folder, { allFiles: true });
    if (found.length === 0) break;
    for (const { pid } of found) kill(pid);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

if (import.meta.main) {
  await delay(WORKERS_END_MS);
  const [, , folder] = process.argv;
  if (folder !== undefined) await clearAway(folder);
}
