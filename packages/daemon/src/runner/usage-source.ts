/** Reads CPU and memory of many processes at once through pidusage. */
import pidusage from "pidusage";
import type { ProcessStat } from "./processes.ts";

export type ProcessUsage = { cpuMs: number; ageMs: number; rssBytes: number };
/** Pids it knows nothing of are left out. */
export type ReadUsage = (processes: readonly ProcessStat[]) => Promise<Map<number, ProcessUsage>>;

/** From the look at all processes, which has it already: asking again takes as long as that look itself. */
export const usageOfStats: ReadUsage = async (processes) =>
  new Map(processes.flatMap(({ pid, own }) => (own === undefined ? [] : [[pid, own] as const])));

/** It keeps one descriptor open per process it has seen: no more than this many at once. */
const PIDS_MAX = 2000;

export function pidusageSource(options: { usePs: boolean; maxAgeMs: number; now: () => number }): ReadUsage {
  // When a pid is given to a new process, pidusage goes on asking the old one's descriptor, as each question renews it.
  // Not asking for a while makes it forget.
  const failed = new Map<number, number>();
  return async (processes) => {
    const pids = processes.map(({ pid }) => pid);
    const now = options.now();
    for (const [pid, until] of failed) if (until < now) failed.delete(pid);
    const asked = pids.filter((pid) => !failed.has(pid)).slice(0, PIDS_MAX);
    const usages = new Map<number, ProcessUsage>();
    if (asked.length === 0) return usages;
    const answers: Record<string, pidusage.Status | null> = await pidusage(asked, {
      usePs: options.usePs,
      maxage: options.maxAgeMs,
    }).catch(() => ({}));
    for (const pid of asked) {
      const answer = answers[pid];
      if (answer) usages.set(pid, { cpuMs: answer.ctime, ageMs: answer.elapsed, rssBytes: answer.memory });
      else failed.set(pid, now + 3 * options.maxAgeMs);
    }
    return usages;
  };
}
