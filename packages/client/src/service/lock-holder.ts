/** Finds the daemon of this state folder by its lock: one that hangs, or has not come up, says nothing itself. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Paths } from "@claudine/protocol/paths";

export type Holder = { pid: number };

/** Two clocks are cut to seconds. */
const START_TOLERANCE_S = 2;

/** Undefined when none lives, or when it listens on another socket than the one that is meant. */
export function lockHolder({ stateDir, socket }: Pick<Paths, "stateDir" | "socket">): Holder | undefined {
  const record = newestRecord(join(stateDir, "lock"));
  if (record === undefined || ("socket" in record && record.socket !== socket)) return undefined;
  const { pid, startTicks, bootId } = { startTicks: undefined, bootId: undefined, ...record };
  return isSameProcess(pid, startTicks, bootId) ? { pid } : undefined;
}

function newestRecord(dir: string): { pid: number } | undefined {
  try {
    const numbers = readdirSync(dir).flatMap((name) => /^lock\.(\d{1,15})$/.exec(name)?.[1] ?? []);
    const record: unknown = JSON.parse(readFileSync(join(dir, `lock.${Math.max(...numbers.map(Number))}`), "utf8"));
    if (typeof record !== "object" || record === null || !("pid" in record)) return undefined;
    return typeof record.pid === "number" ? { ...record, pid: record.pid } : undefined;
  } catch {
    return undefined;
  }
}

function isSameProcess(pid: number, startTicks: unknown, bootId: unknown): boolean {
  try {
    if (process.platform !== "linux") return Math.abs(lstart(pid) - Number(startTicks)) <= START_TOLERANCE_S;
    if (readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim() !== bootId) return false;
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] !== "Z" && fields[0] !== "X" && fields[19] === startTicks;
  } catch {
    return false;
  }
}

/** In seconds since the epoch. @throws when there is no such process */
function lstart(pid: number): number {
  const env = { ...process.env, LC_ALL: "C" };
  return Date.parse(execFileSync("ps", ["-p", String(pid), "-o", "lstart="], { encoding: "utf8", env })) / 1000;
}
