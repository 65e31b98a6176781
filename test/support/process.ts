/** Looks at single processes. */
import { readFileSync } from "node:fs";

/** False for a zombie: it runs nothing, it only waits to be reaped. */
export function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== "Z" && state !== "X";
}

/**
 * True too for a shell that SIGSTOP caught in vfork(2), which dash starts every command with: the child stops before its
 * exec, and the shell, waiting for that exec, shows as D and never as T.
 */
export function isStopped(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state === "T" || (state === "D" && childrenOf(pid).some((child) => statOf(child)?.[0] === "T"));
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
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
