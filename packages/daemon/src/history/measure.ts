/** One sample of the machine and of the counts. */
import { statfsSync } from "node:fs";
import type { HostPoint, HostSample, StateCounts } from "@claudine/protocol";
import { slotsOf, totalSlotsOf } from "../core/groups.ts";
import type { State } from "../core/state.ts";

export type MeasurePorts = {
  readHost(): HostSample;
  /** Whose disk is looked at. */
  stateDir: string;
  read<T>(read: (state: State) => T): Promise<T>;
};

export async function measure({ readHost, stateDir, read }: MeasurePorts): Promise<HostPoint> {
  const { cpuPercent, memTotalBytes, memAvailableBytes, load1, pressure } = readHost();
  const tasks = await read(slotFacts);
  const diskFreeBytes = readDiskFree(stateDir);
  return { at: Date.now(), cpuPercent, memTotalBytes, memAvailableBytes, load1, pressure, diskFreeBytes, ...tasks };
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
