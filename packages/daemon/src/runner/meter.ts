/** Samples what running runs use, each with its whole process tree, and notices leaders that are gone. */
import { shortageOf } from "../shortage.ts";
import { findStart, sampleRuns, type SampleOptions, type Tracked } from "./meter-sample.ts";
import { emptyTotals, type RunUsage } from "./meter-totals.ts";
import type { RecordStart } from "./record.ts";

export type MeterOptions = SampleOptions & { intervalMs: number };

export type Meter = {
  /** @param start when it is known without the record */
  track(runKey: string, recordPath: string, start?: RecordStart): void;
  /** @returns what is known at the last sample; undefined when the run was too short for one */
  untrack(runKey: string): RunUsage | undefined;
  current(runKey: string): RunUsage | undefined;
  close(): void;
};

/** Soon enough for short tasks to have a sample, late enough for the shortest to cost nothing. */
const FIRST_SAMPLE_MS = 50;
/** Sampling takes at most this part of the time. */
const SHARE_MAX = 0.02;

export function createMeter(options: MeterOptions): Meter {
  const runs = new Map<string, Tracked>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  /** All runs are sampled together at each beat, a new one by itself before that. */
  let beatAt = 0;
  let restUntil = 0;
  let isSampling = false;

  const setTimer = (): void => {
    let [lookAt, firstAt] = [Number.POSITIVE_INFINITY, beatAt];
    for (const run of runs.values()) {
      lookAt = Math.min(lookAt, run.lookAt);
      firstAt = Math.min(firstAt, run.firstAt);
    }
    const at = Math.min(lookAt, Math.max(restUntil, firstAt));
    if (isSampling || runs.size === 0 || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => void tick(), Math.max(0, at - performance.now()));
  };
  const clearTimer = (): void => {
    clearTimeout(timer);
    timerAt = Number.POSITIVE_INFINITY;
  };
  /** A look at a record is cheap: who waits for a start need not wait until the meter has rested. */
  const findStarts = (now: number): void => {
    for (const run of runs.values()) {
      if (run.lookAt > now) continue;
      findStart(options, run);
      run.lookAt = run.start === undefined ? now + options.intervalMs : Number.POSITIVE_INFINITY;
    }
  };
  const sample = async (now: number): Promise<void> => {
    const isBeat = now >= beatAt;
    const due = [...runs.values()].filter((run) => isBeat || run.firstAt <= now);
    if (isBeat) beatAt = now + options.intervalMs;
    for (const run of due) run.firstAt = Number.POSITIVE_INFINITY;
    if (due.length === 0) return;
    try {
      await sampleRuns(options, due, (run) => runs.get(run.runKey) === run);
    } finally {
      const endedAt = performance.now();
      restUntil = endedAt + (endedAt - now) / SHARE_MAX;
    }
  };
  const tick = async (): Promise<void> => {
    clearTimer();
    const now = performance.now();
    isSampling = true;
    try {
      findStarts(now);
      if (now >= restUntil) await sample(now);
    } catch (error) {
      // The next beat may see more.
      if (shortageOf(error) === undefined) throw error;
    } finally {
      isSampling = false;
    }
    setTimer();
  };
  return {
    track: (runKey, recordPath, start) => {
      const now = performance.now();
      if (runs.size === 0) beatAt = now + options.intervalMs;
      const firstAt = now + FIRST_SAMPLE_MS;
      const lookAt = start === undefined ? firstAt : Number.POSITIVE_INFINITY;
      runs.set(runKey, { runKey, recordPath, firstAt, lookAt, start, totals: emptyTotals() });
      setTimer();
    },
    untrack: (runKey) => {
      const usage = runs.get(runKey)?.totals.usage;
      runs.delete(runKey);
      if (runs.size === 0) clearTimer();
      return usage;
    },
    current: (runKey) => runs.get(runKey)?.totals.usage,
    close: () => {
      runs.clear();
      clearTimer();
    },
  };
}
