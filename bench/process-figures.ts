/** What the kernel says of a process: resident memory, CPU ticks, children. Linux only. */
import { existsSync, readFileSync } from "node:fs";

export const HAS_PROC = existsSync("/proc/self/status");

export function rssMegabytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) / 1024;
}

/** User and system time, in ticks of 10 ms. */
export function cpuTicks(pid: number): number {
  const fields = statFields(pid);
  return Number(fields[11]) + Number(fields[12]);
}

/** Of the children that have ended. */
export function endedChildrenTicks(pid: number): number {
  const fields = statFields(pid);
  return Number(fields[13]) + Number(fields[14]);
}

function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

export function childPids(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}
