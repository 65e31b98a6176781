/** Turns what a run's record says into what the engine is told. */
import { NO_USAGE, type Outcome, type Usage } from "@claudine/protocol";
import type { RecordEnd, RecordExit, RecordUsage } from "../runner/record.ts";

/** Samples of a run, as far as there were any. */
export type Sampled = {
  cpuMs: number;
  peakRssBytes: number;
  avgRssBytes: number;
  readBytes: number;
  writeBytes: number;
};

export type RunEnd = { outcome: Outcome; startedAt: number; finishedAt: number; usage: Usage };

/** `end` as the record has it, `sampled` from the meter: the kernel's totals win where it tells them. */
export function runEnd(startedAt: number, end: Omit<RecordEnd, "pid">, sampled: Sampled | undefined): RunEnd {
  // Set back clocks must not make a run end before it began.
  const finishedAt = Math.max(startedAt, end.endedAt);
  return {
    outcome: outcomeOf(end.exit),
    startedAt,
    finishedAt,
    usage: usageOf({ wallMs: finishedAt - startedAt, totals: end.usage, sampled }),
  };
}

function outcomeOf(exit: RecordExit): Outcome {
  return exit.kind === "exited"
    ? { kind: "exited", exitCode: exit.exitCode }
    : { kind: "signalled", signal: exit.signal, coreDumped: exit.coreDumped };
}

type Sources = { wallMs: number; totals: RecordUsage | undefined; sampled: Sampled | undefined };

function usageOf({ wallMs, totals, sampled }: Sources): Usage {
  const systemMs = totals === undefined ? 0 : totals.systemUs / 1000;
  // The kernel's totals lack processes that nobody waited for, as after a kill; samples do not tell user from system time.
  const userMs = Math.max(totals === undefined ? 0 : totals.userUs / 1000, (sampled?.cpuMs ?? 0) - systemMs);
  const peakRssBytes = peakOf(totals?.maxRssBytes ?? 0, sampled?.peakRssBytes);
  return {
    userMs,
    systemMs,
    cpuMs: Math.round((userMs + systemMs) * 1000) / 1000,
    wallMs,
    peakRssBytes,
    avgRssBytes: sampled === undefined || sampled.avgRssBytes === 0 ? peakRssBytes : sampled.avgRssBytes,
    readBytes: Math.max(totals?.readBytes ?? 0, sampled?.readBytes ?? 0),
    writeBytes: Math.max(totals?.writeBytes ?? 0, sampled?.writeBytes ?? 0),
  };
}

/** Below this the kernel's peak may be the shim's own, from before it became the command. */
const SHIM_RSS_AT_MOST = 8 * 2 ** 20;

/** The kernel tells the largest single process, samples the whole tree. */
function peakOf(kernel: number, sampled: number | undefined): number {
  return sampled !== undefined && sampled > 0 && kernel < SHIM_RSS_AT_MOST ? sampled : Math.max(kernel, sampled ?? 0);
}

/** What is known of a run that has no exit record, or has not ended. */
export function usageFromSamples(wallMs: number, sampled: Sampled | undefined): Usage {
  return sampled === undefined ? { ...NO_USAGE, wallMs } : usageOf({ wallMs, totals: undefined, sampled });
}
