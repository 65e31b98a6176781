/** Waits for the end of a process that is not a child. */
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const STEP_MS = 10;

/** @returns false when it is still there after `deadlineMs` */
export async function processGone(pid: number, deadlineMs: number): Promise<boolean> {
  const first = await birthOf(pid);
  const deadline = performance.now() + deadlineMs;
  while (first !== undefined && (await birthOf(pid)) === first) {
    if (performance.now() >= deadline) return false;
    await delay(STEP_MS);
  }
  return true;
}

/**
 * When the process was born, in words only good for comparing; undefined when there is none. A zombie has ended, and a
 * pid that was given to another process is not the one waited for.
 */
async function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") return signalReaches(pid) ? "alive" : undefined;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name is in parentheses and may hold anything; fields are counted from behind it.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined || fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
