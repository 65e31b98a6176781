/** Reads the load of the machine: processors, memory, swap and pressure. */
import { readFileSync } from "node:fs";
import os from "node:os";
import { readHostLimits } from "./host-limits.ts";

export type HostLoad = {
  cores: number;
  /** Fewer than there are where a control group has a quota. */
  usableCores: number;
  /** Of all cores together since the reading before; 0 at the first. */
  cpuPercent: number;
  load1: number;
  load5: number;
  load15: number;
  memTotalBytes: number;
  memAvailableBytes: number;
  swapTotalBytes: number;
  swapFreeBytes: number;
  /** Percent of the last 10 s in which some task was stalled; null where the kernel does not tell. */
  pressure: { cpu: number | null; memory: number | null; io: number | null };
};

type CpuTimes = { busy: number; total: number };

/** Callers that ask more often get the same reading: a share of less time says little. */
const CACHE_MS = 500;

export function createHostReader(now: () => number = () => performance.now()): () => HostLoad {
  let last: { at: number; times: CpuTimes; load: HostLoad } | undefined;
  return () => {
    const at = now();
    if (last !== undefined && at - last.at < CACHE_MS) return last.load;
    const times = readCpuTimes();
    last = { at, times, load: readLoad(cpuPercent(last?.times, times)) };
    return last.load;
  };
}

/** A machine whose use is limited counts as the smaller one that it is. */
function readLoad(percent: number): HostLoad {
  const limits = readHostLimits();
  const memory = readText("/proc/meminfo");
  const [load1 = 0, load5 = 0, load15 = 0] = os.loadavg();
  return {
    cores: os.availableParallelism(),
    usableCores: Math.min(os.availableParallelism(), limits.cores ?? Number.POSITIVE_INFINITY),
    cpuPercent: percent,
    load1,
    load5,
    load15,
    memTotalBytes: os.totalmem(),
    memAvailableBytes: Math.min(
      meminfoBytes(memory, "MemAvailable") ?? os.freemem(),
      limits.memoryFreeBytes ?? Number.POSITIVE_INFINITY,
    ),
    swapTotalBytes: meminfoBytes(memory, "SwapTotal") ?? 0,
    swapFreeBytes: meminfoBytes(memory, "SwapFree") ?? 0,
    pressure: { cpu: readPressure("cpu"), memory: readPressure("memory"), io: readPressure("io") },
  };
}

export function cpuPercent(before: CpuTimes | undefined, times: CpuTimes): number {
  const total = times.total - (before?.total ?? times.total);
  if (before === undefined || total <= 0) return 0;
  return Math.min(100, Math.max(0, (100 * (times.busy - before.busy)) / total));
}

/** The first line of /proc/stat costs far less than os.cpus() on a machine with many cores. */
function readCpuTimes(): CpuTimes {
  return parseCpuLine(readText("/proc/stat")) ?? sumCpus(os.cpus());
}

/** user nice system idle iowait irq softirq steal; the guest columns are part of user already. */
export function parseCpuLine(text: string): CpuTimes | undefined {
  const columns = /^cpu +([\d ]+)/.exec(text)?.[1]?.trim().split(/ +/).slice(0, 8).map(Number);
  if (columns === undefined || columns.length < 4) return undefined;
  const total = columns.reduce((sum, ticks) => sum + ticks, 0);
  const [, , , idle = 0, iowait = 0] = columns;
  return { busy: total - idle - iowait, total };
}

function sumCpus(cpus: readonly os.CpuInfo[]): CpuTimes {
  const busy = cpus.reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { busy, total: busy + cpus.reduce((sum, { times }) => sum + times.idle, 0) };
}

export function meminfoBytes(text: string, name: string): number | undefined {
  const kib = new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

function readPressure(resource: string): number | null {
  const share = /^some avg10=([\d.]+)/m.exec(readText(`/proc/pressure/${resource}`))?.[1];
  return share === undefined ? null : Number(share);
}

/** Empty where there is no such file, as on macOS. */
function readText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
