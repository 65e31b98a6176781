/** Adds up what one run's process tree uses, from one sample to the next. */
import { processName } from "./members.ts";
import type { ProcessIo, ProcessStat } from "./processes.ts";

export type RunUsage = {
  cpuPercent: number;
  /** CPU time of the processes there are now and of the children they have waited for. */
  cpuMs: number;
  rssBytes: number;
  peakRssBytes: number;
  /** Over the time from the first sample on. */
  avgRssBytes: number;
  readBytes: number;
  writeBytes: number;
  readOps: number;
  writeOps: number;
  processes: number;
  threads: number;
  peakProcesses: number;
  peakThreads: number;
  sampledAt: number;
};

export type MemberSample = {
  stat: ProcessStat;
  /** CPU time of this process alone. */
  ownCpuMs: number;
  /** How long the process has lived. */
  ageMs: number;
  rssBytes: number;
  io: ProcessIo | undefined;
};

type Seen = { ppid: number; ownCpuMs: number; cpuMs: number; io: ProcessIo | undefined };
type Spent = ProcessIo & { cpuMs: number };

export type Totals = {
  usage: RunUsage | undefined;
  firstAt: number;
  rssByteMs: number;
  /** What processes have used that are gone and that no process of the run has waited for. */
  gone: Spent;
  seen: Map<string, Seen>;
};

export function emptyTotals(): Totals {
  const gone = { cpuMs: 0, readBytes: 0, writeBytes: 0, readOps: 0, writeOps: 0 };
  return { usage: undefined, firstAt: 0, rssByteMs: 0, gone, seen: new Map() };
}

export function addSample(totals: Totals, members: readonly MemberSample[], now: number): RunUsage {
  const { usage: last, seen } = totals;
  const elapsedMs = last === undefined ? undefined : Math.max(1, now - last.sampledAt);
  const rssBytes = sum(members, (member) => member.rssBytes);
  if (elapsedMs === undefined) totals.firstAt = now;
  else totals.rssByteMs += (elapsedMs * (rssBytes + (last?.rssBytes ?? 0))) / 2;
  const ownPercent = sum(members, (member) => cpuShare(member, seen.get(processName(member.stat)), elapsedMs));
  const nextSeen = new Map(members.map((member) => [processName(member.stat), toSeen(member, seen)]));
  addGone(totals, nextSeen);
  totals.seen = nextSeen;
  const threads = sum(members, ({ stat }) => stat.threads);
  const spent = spentSoFar(totals);
  // Children that began and ended between two samples are seen only in what their parents have got from the kernel.
  const cpuPercent = Math.max(
    ownPercent,
    last === undefined || elapsedMs === undefined ? 0 : (100 * (spent.cpuMs - last.cpuMs)) / elapsedMs,
  );
  totals.usage = {
    cpuPercent,
    rssBytes,
    processes: members.length,
    threads,
    peakProcesses: Math.max(members.length, last?.peakProcesses ?? 0),
    peakThreads: Math.max(threads, last?.peakThreads ?? 0),
    sampledAt: now,
    ...spent,
    peakRssBytes: Math.max(rssBytes, last?.peakRssBytes ?? 0),
    avgRssBytes: now > totals.firstAt ? Math.round(totals.rssByteMs / (now - totals.firstAt)) : rssBytes,
  };
  return totals.usage;
}

/** Never less than at the sample before: what a process had used may be out of sight for a moment. */
function spentSoFar({ usage: last, gone, seen }: Totals): Spent {
  const now = [...seen.values()];
  const most = (name: keyof Spent, value: (one: Seen) => number) =>
    Math.max(last?.[name] ?? 0, gone[name] + sum(now, value));
  return {
    cpuMs: most("cpuMs", (one) => one.cpuMs),
    readBytes: most("readBytes", (one) => one.io?.readBytes ?? 0),
    writeBytes: most("writeBytes", (one) => one.io?.writeBytes ?? 0),
    readOps: most("readOps", (one) => one.io?.readOps ?? 0),
    writeOps: most("writeOps", (one) => one.io?.writeOps ?? 0),
  };
}

/** Percent of one core since the last sample; of a process seen first, since its start. */
function cpuShare(member: MemberSample, before: Seen | undefined, elapsedMs: number | undefined): number {
  if (before !== undefined && elapsedMs !== undefined)
    return (100 * Math.max(0, member.ownCpuMs - before.ownCpuMs)) / elapsedMs;
  return (100 * member.ownCpuMs) / Math.max(1, member.ageMs, elapsedMs ?? 0);
}

function toSeen(member: MemberSample, seen: Totals["seen"]): Seen {
  const before = seen.get(processName(member.stat));
  const { ppid, cpuMs } = member.stat;
  return { ppid, ownCpuMs: member.ownCpuMs, cpuMs, io: member.io ?? before?.io };
}

/** The kernel adds what a child used to the parent that waits for it: only that of adopted processes would be lost. */
function addGone(totals: Totals, now: Totals["seen"]): void {
  const pids = new Set([...totals.seen.keys()].map((name) => Number(name.split("@")[0])));
  for (const [name, { ppid, cpuMs, io }] of totals.seen) {
    if (now.has(name) || pids.has(ppid)) continue;
    totals.gone.cpuMs += cpuMs;
    totals.gone.readBytes += io?.readBytes ?? 0;
    totals.gone.writeBytes += io?.writeBytes ?? 0;
    totals.gone.readOps += io?.readOps ?? 0;
    totals.gone.writeOps += io?.writeOps ?? 0;
  }
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
