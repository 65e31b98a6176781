/** One sample of the machine and of the counts. */
import { statfsSync } from "node:fs";
import type { HostPoint, HostSample, Snapshot, StateCounts } from "@claudine/protocol";
import { slotsOf, totalSlotsOf } from "../core/groups.ts";
import type { State } from "../core/state.ts";

export type MeasurePorts = {
  readHost(): HostSample;
  /** Whose disk is looked at. */
  stateDir: string;
  read<T>(read: (state: State) => T): Promise<T>;
  /** The processes that use most. */
  readTop(): Promise<Pick<Snapshot, "byCpu" | "byMemory">>;
};

export async function measure({ readHost, stateDir, read }: MeasurePorts): Promise<HostPoint> {
  const { cpuPercent, memTotalBytes, memAvailableBytes, load1, pressure } = readHost();
  const tasks = await read(slotFacts);
  const diskFreeBytes = readDiskFree(stateDir);
  return { at: Date.now(), cpuPercent, memTotalBytes, memAvailableBytes, load1, pressure, diskFreeBytes, ...tasks };
}

/** What `show` tells of the machine when a run has failed. */
export async function takeSnapshot({ readHost, stateDir, readTop }: MeasurePorts): Promise<Snapshot> {
  const at = Date.now();
  const { cores, cpuPercent, load1, memTotalBytes, memAvailableBytes, swapTotalBytes, swapFreeBytes, pressure } =
    readHost();
  const memory = { memTotalBytes, memAvailableBytes, swapTotalBytes, swapFreeBytes };
  const top = await readTop();
  return { at, cores, cpuPercent, load1, ...memory, pressure, diskFreeBytes: readDiskFree(stateDir), ...top };
}

export function slotFacts(state: State): { counts: StateCounts; slotsUsed: number; slotsTotal: number | null } {
  const all = [...state.groups.values()].reduce((sum, group) => sum + slotsOf(state, group), 0);
  const total = Math.min(all, totalSlotsOf(state));
  return { counts: { ...state.counts }, slotsUsed: state.used, slotsTotal: Number.isFinite(total) ? total : null };
}

export function readDiskFree(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
