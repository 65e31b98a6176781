/** One sample of the runs that are due: one look at all processes, one question to pidusage. */
import { isRunning } from "./identity.ts";
import { groupByOwner, processName } from "./members.ts";
import { addSample, type MemberSample, type RunUsage, type Totals } from "./meter-totals.ts";
import type { Processes, ProcessStat } from "./processes.ts";
import type { RecordStart } from "./record.ts";
import type { ReadUsage } from "./usage-source.ts";

export type Tracked = {
  runKey: string;
  firstAt: number;
  start: RecordStart;
  totals: Totals;
};

export type SampleOptions = {
  processes: Processes;
  readUsage: ReadUsage;
  /** Pids that belong to no run although they may descend from one: the shim's. The daemon's own is added. */
  never(): Iterable<number>;
  onSample(runKey: string, usage: RunUsage): void;
  /** The run's leader is gone; said at each sample until `untrack`, as its end may not be on record yet. */
  onGone(runKey: string): void;
};

export async function sampleRuns(
  options: SampleOptions,
  due: readonly Tracked[],
  isTracked: (run: Tracked) => boolean,
): Promise<void> {
  const all = options.processes.list();
  const { alive, gone } = partition(options.processes, due, all);
  for (const run of gone) options.onGone(run.runKey);
  const groups = groupByRun(options, alive, all);
  const usages = await options.readUsage([...groups.values()].flat());
  const now = performance.now();
  for (const [run, members] of groups) {
    if (!isTracked(run)) continue;
    const samples = members.flatMap((stat): MemberSample[] => {
      const usage = usages.get(stat.pid);
      if (usage === undefined) return [];
      return [
        {
          stat,
          ownCpuMs: usage.cpuMs,
          ageMs: usage.ageMs,
          rssBytes: usage.rssBytes,
          io: options.processes.io(stat.pid),
        },
      ];
    });
    if (samples.length > 0) options.onSample(run.runKey, addSample(run.totals, samples, now));
  }
}

function partition(
  processes: Processes,
  runs: readonly Tracked[],
  all: readonly ProcessStat[],
): { alive: Tracked[]; gone: Tracked[] } {
  const byPid = new Map(all.map((stat) => [stat.pid, stat]));
  const bootId = processes.bootId();
  const isAlive = ({ start }: Tracked): boolean => {
    const leader = byPid.get(start.pid);
    return (
      start.bootId === bootId &&
      leader !== undefined &&
      isRunning(leader) &&
      processes.sameStart(leader.startTicks, start.startTicks)
    );
  };
  return { alive: runs.filter(isAlive), gone: runs.filter((run) => !isAlive(run)) };
}

/** A process seen in a run before stays in it, also when it has gone to a session of its own and its parent has ended. */
function groupByRun(
  options: SampleOptions,
  runs: readonly Tracked[],
  all: readonly ProcessStat[],
): Map<Tracked, ProcessStat[]> {
  const known = new Map(runs.flatMap((run) => [...run.totals.seen.keys()].map((name) => [name, run] as const)));
  const sessions = new Map(runs.map((run) => [run.start.pid, run]));
  const pids = new Map<number, Tracked>();
  for (const stat of all) {
    const run = known.get(processName(stat));
    if (run !== undefined) pids.set(stat.pid, run);
  }
  return groupByOwner(all.filter(isRunning), { sessions, pids, never: new Set(options.never()).add(process.pid) });
}
