/** The busiest and the largest processes of the machine, by name only: what they were given may be secret. */
import { setTimeout as delay } from "node:timers/promises";
import type { TopProcess } from "@claudine/protocol";
import { processName } from "./members.ts";
import type { Processes, ProcessStat } from "./processes.ts";

/** None where the system does not tell what each uses. */
export type TopProcesses = { byCpu: TopProcess[]; byMemory: TopProcess[] };

const SHOWN = 8;
/** Between two looks: a tick of the kernel's count is 10 ms. */
const BETWEEN_MS = 200;

export async function readTop(processes: Processes, betweenMs = BETWEEN_MS): Promise<TopProcesses> {
  const before = new Map(processes.list().map((stat) => [processName(stat), stat]));
  const startedAt = performance.now();
  await delay(betweenMs, undefined, { ref: false });
  const elapsedMs = Math.max(1, performance.now() - startedAt);
  const all = processes.list().flatMap((stat) => useOf(stat, before.get(processName(stat)), elapsedMs));
  const named = (found: readonly Use[]): TopProcess[] =>
    found.slice(0, SHOWN).map((one) => ({ ...one, name: processes.name(one.pid) }));
  return {
    byCpu: named(all.filter(({ cpuPercent }) => cpuPercent > 0).toSorted((a, b) => b.cpuPercent - a.cpuPercent)),
    byMemory: named(all.filter(({ rssBytes }) => rssBytes > 0).toSorted((a, b) => b.rssBytes - a.rssBytes)),
  };
}

type Use = Omit<TopProcess, "name">;

function useOf({ pid, own }: ProcessStat, before: ProcessStat | undefined, elapsedMs: number): Use[] {
  if (own === undefined) return [];
  const usedMs = before?.own === undefined ? own.cpuMs : own.cpuMs - before.own.cpuMs;
  const overMs = before === undefined ? Math.max(1, own.ageMs) : elapsedMs;
  return [{ pid, rssBytes: own.rssBytes, cpuPercent: Math.round((1000 * Math.max(0, usedMs)) / overMs) / 10 }];
}
