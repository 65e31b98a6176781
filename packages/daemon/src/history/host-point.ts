/** Samples of the machine: as they are stored, and several of them as one. */
import { noCounts, STATES, type HostPoint } from "@claudine/protocol";
import type { HostRow } from "./ports.ts";

/** Hundredths, as whole numbers take less room. */
const scaled = (value: number | null) => (value === null ? null : Math.round(value * 100));
const unscaled = (value: HostRow[number] | undefined) => (typeof value === "number" ? value / 100 : null);
const numberOf = (value: HostRow[number] | undefined) => (typeof value === "number" ? value : 0);
const numberOrNull = (value: HostRow[number] | undefined) => (typeof value === "number" ? value : null);

export function packPoint(point: HostPoint): HostRow {
  const counts = Object.fromEntries(Object.entries(point.counts).filter(([, count]) => count > 0));
  return [
    point.at,
    scaled(point.cpuPercent),
    point.memTotalBytes,
    Math.round(point.memAvailableBytes),
    scaled(point.load1),
    scaled(point.pressure.cpu),
    scaled(point.pressure.memory),
    scaled(point.pressure.io),
    point.diskFreeBytes === null ? null : Math.round(point.diskFreeBytes),
    scaled(point.slotsUsed),
    scaled(point.slotsTotal),
    counts,
  ];
}

export function unpackPoint(row: HostRow): HostPoint {
  const [at, cpu, memTotal, memAvailable, load1, pressureCpu, pressureMemory, pressureIo, disk, used, total, counts] =
    row;
  return {
    at: numberOf(at),
    cpuPercent: unscaled(cpu) ?? 0,
    memTotalBytes: numberOf(memTotal),
    memAvailableBytes: numberOf(memAvailable),
    load1: unscaled(load1) ?? 0,
    pressure: { cpu: unscaled(pressureCpu), memory: unscaled(pressureMemory), io: unscaled(pressureIo) },
    diskFreeBytes: numberOrNull(disk),
    counts: countsOf(counts),
    slotsUsed: unscaled(used) ?? 0,
    slotsTotal: unscaled(total),
  };
}

function countsOf(stored: HostRow[number] | undefined): HostPoint["counts"] {
  const counts = noCounts();
  if (typeof stored === "object" && stored !== null) for (const state of STATES) counts[state] = stored[state] ?? 0;
  return counts;
}

/** Of a time that ends with the last of them; what is counted is as it was then. */
export function averagePoints(points: readonly [HostPoint, ...HostPoint[]]): HostPoint {
  const last = points.at(-1) ?? points[0];
  const mean = (value: (point: HostPoint) => number) =>
    points.reduce((sum, point) => sum + value(point), 0) / points.length;
  const meanOfKnown = (value: (point: HostPoint) => number | null) => {
    const known = points.map(value).filter((one) => one !== null);
    return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
  };
  return {
    at: last.at,
    cpuPercent: mean(({ cpuPercent }) => cpuPercent),
    memTotalBytes: last.memTotalBytes,
    memAvailableBytes: mean(({ memAvailableBytes }) => memAvailableBytes),
    load1: mean(({ load1 }) => load1),
    pressure: {
      cpu: meanOfKnown(({ pressure }) => pressure.cpu),
      memory: meanOfKnown(({ pressure }) => pressure.memory),
      io: meanOfKnown(({ pressure }) => pressure.io),
    },
    diskFreeBytes: meanOfKnown(({ diskFreeBytes }) => diskFreeBytes),
    counts: last.counts,
    slotsUsed: mean(({ slotsUsed }) => slotsUsed),
    slotsTotal: last.slotsTotal === null ? null : meanOfKnown(({ slotsTotal }) => slotsTotal),
  };
}

/** Joins those that fall into the same step. */
export function createThinner(stepMs: number): { add(point: HostPoint): void; points(): HostPoint[] } {
  const done: HostPoint[] = [];
  let open: [HostPoint, ...HostPoint[]] | undefined;
  const stepOf = ({ at }: HostPoint) => Math.floor(at / stepMs);
  return {
    add(point) {
      if (open !== undefined && stepOf(open[0]) === stepOf(point)) return void open.push(point);
      if (open !== undefined) done.push(averagePoints(open));
      open = [point];
    },
    points: () => (open === undefined ? done : [...done, averagePoints(open)]),
  };
}
