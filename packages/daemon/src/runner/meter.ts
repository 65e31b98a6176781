/** Samples what running runs use, each with its whole process tree, and notices starts and leaders that are gone. */
import { shortageOf } from "../running/shortage.ts";
import { sampleRuns, type SampleOptions, type Tracked } from "./meter-sample.ts";
import { emptyTotals, type RunUsage } from "./meter-totals.ts";
import type { RecordStart } from "./record.ts";
import { createStarts, type StartsOptions } from "./starts.ts";

export type MeterOptions = SampleOptions &
  StartsOptions & {
    intervalMs: number;
    /** Processor time this process has used. */
    cpuMs?: () => number;
  };

export type Meter = {
  /** @param start when it is known without the record */
  track(runKey: string, recordPath: string, start?: RecordStart): void;
  /** @returns what is known at the last sample; undefined when the run was too short for one */
  untrack(runKey: string): RunUsage | undefined;
  current(runKey: string): RunUsage | undefined;
  close(): void;
};

/** Sampling takes at most this part of the processor time. */
const SHARE_MAX = 0.006;
/** A rest is no longer than this, however much a sample took: figures are to be of now. */
const REST_INTERVALS_MAX = 3;

export function createMeter(options: MeterOptions): Meter {
  const { intervalMs, cpuMs = ownCpuMs } = options;
  const runs = new Map<string, Tracked>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  /** All runs are sampled together at each beat, a new one by itself before that. */
  let beatAt = 0;
  let restUntil = 0;
  let isSampling = false;

  const setTimer = (): void => {
    const firsts = [...runs.values()].map((run) => run.firstAt);
    const at = Math.max(restUntil, Math.min(beatAt, ...firsts));
    if (isSampling || runs.size === 0 || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => void tick(), Math.max(0, at - performance.now()));
  };
  const clearTimer = (): void => {
    clearTimeout(timer);
    timerAt = Number.POSITIVE_INFINITY;
  };
  const tick = async (): Promise<void> => {
    clearTimer();
    const now = performance.now();
    const isBeat = now >= beatAt;
    const due = [...runs.values()].filter((run) => isBeat || run.firstAt <= now);
    if (isBeat) beatAt = now + intervalMs;
    for (const run of due) run.firstAt = Number.POSITIVE_INFINITY;
    const cpuMsBefore = cpuMs();
    isSampling = true;
    try {
      if (due.length > 0) await sampleRuns(options, due, (run) => runs.get(run.runKey) === run);
    } catch (error) {
      // The next beat may see more.
      if (shortageOf(error) === undefined) throw error;
    } finally {
      isSampling = false;
    }
    // Not by the time that went by: on a busy machine most of it was spent waiting.
    const restMs = Math.min((cpuMs() - cpuMsBefore) / SHARE_MAX, REST_INTERVALS_MAX * intervalMs);
    if (due.length > 0) restUntil = performance.now() + restMs;
    setTimer();
  };
  const sampleSoon = (runKey: string, start: RecordStart): void => {
    const now = performance.now();
    if (runs.size === 0) beatAt = now + intervalMs;
    runs.set(runKey, { runKey, firstAt: now, start, totals: emptyTotals() });
    setTimer();
  };
  const starts = createStarts({
    ...options,
    onStarted(runKey, start) {
      sampleSoon(runKey, start);
      options.onStarted(runKey, start);
    },
  });
  return {
    track(runKey, recordPath, start) {
      if (start === undefined) starts.watch(runKey, recordPath);
      else sampleSoon(runKey, start);
    },
    untrack(runKey) {
      starts.forget(runKey);
      const usage = runs.get(runKey)?.totals.usage;
      runs.delete(runKey);
      if (runs.size === 0) clearTimer();
      return usage;
    },
    current: (runKey) => runs.get(runKey)?.totals.usage,
    close() {
      starts.close();
      runs.clear();
      clearTimer();
    },
  };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
