/** Ends processes that carry the mark of a run, where there is no leader by which its tree could be found. */
import { setTimeout as delay } from "node:timers/promises";
import { isRunning } from "./identity.ts";
import type { Processes } from "./processes.ts";

const MARK = "CLAUDINE_RUN_UID";
const STEP_MS = 20;
const DEADLINE_MS = 5000;

/** Resolves when none is left, or at the deadline. */
export async function endMarked(processes: Processes, runUid: string): Promise<void> {
  const deadlineAt = performance.now() + DEADLINE_MS;
  while (performance.now() < deadlineAt) {
    const running = processes.list().filter((stat) => stat.pid !== process.pid && isRunning(stat));
    const marks = processes.environment(
      MARK,
      running.map(({ pid }) => pid),
    );
    const own = running.filter(({ pid }) => marks.get(pid) === runUid);
    if (own.length === 0) return;
    for (const { pid } of own) kill(pid);
    await delay(STEP_MS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
