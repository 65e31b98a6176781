/** Looks at single processes. */
import { readFileSync } from "node:fs";

/** False for a zombie: it runs nothing, it only waits to be reaped. */
export function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== "Z" && state !== "X";
}

export function isStopped(pid: number): boolean {
  return statOf(pid)?.[0] === "T";
}

/** The fields of /proc/PID/stat from the state on; undefined when there is no such process. */
export function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
