/** Turns what a run's record says into what the engine is told. */
import { NO_USAGE, type Outcome, type Usage } from "@claudine/protocol";
import type { GroupTotals } from "../runner/cgroup-totals.ts";
import type { RecordEnd, RecordExit, RecordUsage } from "../runner/record.ts";

/** Samples of a run, as far as there were any. */
export type Sampled = {
  cpuMs: number;
  peakRssBytes: number;
  avgRssBytes: number;
  readBytes: number;
  writeBytes: number;
  readOps: number;
  writeOps: number;
  peakProcesses: number;
  peakThreads: number;
};

/** What was measured beside the record: samples, and the control group where there was one. */
export type Measured = { sampled?: Sampled | undefined; group?: GroupTotals | undefined };

export type RunEnd = { outcome: Outcome; startedAt: number; finishedAt: number; usage: Usage };

/** `end` as the record has it: the kernel's totals win where it tells them. */
export function runEnd(startedAt: number, end: Omit<RecordEnd, "pid">, measured: Measured): RunEnd {
  // Set back clocks must not make a run end before it began.
  const finishedAt = Math.max(startedAt, end.endedAt);
  return {
    outcome: outcomeOf(end.exit),
    startedAt,
    finishedAt,
    usage: usageOf({ wallMs: finishedAt - startedAt, totals: end.usage, ...measured }),
  };
}

function outcomeOf(exit: RecordExit): Outcome {
  return exit.kind === "exited"
    ? { kind: "exited", exitCode: exit.exitCode }
    : { kind: "signalled", signal: exit.signal, coreDumped: exit.coreDumped };
}

type Sources = Measured & { wallMs: number; totals: RecordUsage | undefined };

function usageOf(sources: Sources): Usage {
  const { wallMs, totals, sampled, group } = sources;
  const { userMs, systemMs } = cpuOf(sources);
  const peakRssBytes = peakOf(sources);
  return {
    userMs,
    systemMs,
    cpuMs: Math.round((userMs + systemMs) * 1000) / 1000,
    wallMs,
    peakRssBytes,
    avgRssBytes: sampled === undefined || sampled.avgRssBytes === 0 ? peakRssBytes : sampled.avgRssBytes,
    readBytes: Math.max(totals?.readBytes ?? 0, sampled?.readBytes ?? 0, group?.readBytes ?? 0),
    writeBytes: Math.max(totals?.writeBytes ?? 0, sampled?.writeBytes ?? 0, group?.writeBytes ?? 0),
    readOps: largest(totals?.readOps, sampled?.readOps),
    writeOps: largest(totals?.writeOps, sampled?.writeOps),
    processes: Math.max(1, sampled?.peakProcesses ?? 1),
    threads: Math.max(1, sampled?.peakThreads ?? 1, group?.peakThreads ?? 1),
    voluntarySwitches: totals?.voluntarySwitches ?? null,
    involuntarySwitches: totals?.involuntarySwitches ?? null,
    groupPeakBytes: group?.peakBytes ?? null,
  };
}

/**
 * The record lacks processes that nobody waited for, as after a kill; the control group has all of them, but not the few
 * microseconds before the command was in it; samples do not tell user from system time.
 */
function cpuOf({ totals, sampled, group }: Sources): { userMs: number; systemMs: number } {
  const waited = { userMs: (totals?.userUs ?? 0) / 1000, systemMs: (totals?.systemUs ?? 0) / 1000 };
  const all = group?.cpu ?? waited;
  const { userMs, systemMs } = all.userMs + all.systemMs > waited.userMs + waited.systemMs ? all : waited;
  return { systemMs, userMs: Math.max(userMs, (sampled?.cpuMs ?? 0) - systemMs) };
}

function largest(...values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}

/** Below this the kernel's peak may be the shim's own, from before it became the command. */
const SHIM_RSS_AT_MOST = 8 * 2 ** 20;

/**
 * The kernel tells the largest single process, samples the whole tree. What a control group held is no larger than that
 * only where files it read and wrote do not count, so it decides for the small ones alone.
 */
function peakOf({ totals, sampled, group }: Sources): number {
  const kernel = totals?.maxRssBytes ?? 0;
  const seen = sampled?.peakRssBytes ?? 0;
  if (kernel >= SHIM_RSS_AT_MOST) return Math.max(kernel, seen);
  if (seen > 0) return seen;
  const held = group?.peakBytes ?? 0;
  return held > 0 && held < kernel ? held : kernel;
}

/** What is known of a run that has no exit record, or has not ended. */
export function usageFromSamples(wallMs: number, measured: Measured): Usage {
  return measured.sampled === undefined && measured.group === undefined
    ? { ...NO_USAGE, wallMs }
    : usageOf({ wallMs, totals: undefined, ...measured });
}
