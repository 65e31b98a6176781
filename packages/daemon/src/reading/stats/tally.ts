/** Adds up runs, all together and by what somebody wants to see apart. */
import { noCounts, type AskedAndUsed, type Run, type StatsBy, type StatsRow, type Task } from "@claudine/protocol";
import { createSketch, spreadOf, type Sketch } from "./sketch.ts";
import { suggestCpus, suggestMemory, type Compared } from "./suggest.ts";

/** A run and what of its task counts here. */
export type RunOfTask = { run: Run; task: Pick<Task, "label" | "group" | "needs" | "createdAt"> };

type Sum = {
  states: Record<string, number>;
  runs: number;
  cpuMs: number;
  peakRssBytes: number;
  wait: Sketch;
  time: Sketch;
  memory: { asked: number; used: Sketch };
  cpus: { asked: number; used: Sketch };
};

export type Tally = {
  total: Sum;
  byKey: Map<string | null, Sum>;
  /** Those for which there was no place. */ unlisted: Set<string | null>;
};

const HOUR_MS = 3_600_000;
/** Labels may be as many as tasks. */
const KEYS_AT_MOST = 2000;
/** Of the others only how many they are is told. */
const COUNTED_AT_MOST = 100_000;

export function createTally(): Tally {
  return { total: createSum(), byKey: new Map(), unlisted: new Set() };
}

function createSum(): Sum {
  const [wait, time] = [createSketch(), createSketch()];
  const asked = () => ({ asked: 0, used: createSketch() });
  return { states: noCounts(), runs: 0, cpuMs: 0, peakRssBytes: 0, wait, time, memory: asked(), cpus: asked() };
}

export function tally(sums: Tally, one: RunOfTask, by: StatsBy | undefined): void {
  addTo(sums.total, one);
  if (by === undefined) return;
  const key = keyOf(one, by);
  const known = sums.byKey.get(key);
  if (known === undefined && sums.byKey.size >= KEYS_AT_MOST) {
    if (sums.unlisted.size < COUNTED_AT_MOST) sums.unlisted.add(key);
    return;
  }
  const sum = known ?? createSum();
  sums.byKey.set(key, sum);
  addTo(sum, one);
}

function keyOf({ run, task }: RunOfTask, by: StatsBy): string | null {
  switch (by) {
    case "label":
      return task.label;
    case "group":
      return task.group;
    case "hour":
      return hourOf(run.finishedAt);
  }
}

export function hourOf(at: number): string {
  return new Date(Math.floor(at / HOUR_MS) * HOUR_MS).toISOString();
}

function addTo(sum: Sum, { run, task }: RunOfTask): void {
  const { usage, state, startedAt } = run;
  sum.runs += 1;
  sum.states[state] = (sum.states[state] ?? 0) + 1;
  sum.cpuMs += usage.cpuMs;
  sum.peakRssBytes = Math.max(sum.peakRssBytes, usage.peakRssBytes);
  const queuedAt = run.queuedAt ?? (run.attempt === 1 ? task.createdAt : undefined);
  if (startedAt === null) return;
  if (queuedAt !== undefined) sum.wait.add(Math.max(0, startedAt - queuedAt));
  sum.time.add(usage.wallMs);
  // What was ended before its time has not used what it would have.
  if (state !== "succeeded" && state !== "failed") return;
  compare(sum.memory, task.needs?.memoryBytes, usage.peakRssBytes);
  compare(sum.cpus, task.needs?.cpus, usage.wallMs === 0 ? 0 : usage.cpuMs / usage.wallMs);
}

function compare(sum: { asked: number; used: Sketch }, asked: number | undefined, used: number): void {
  if (asked === undefined) return;
  sum.asked = Math.max(sum.asked, asked);
  sum.used.add(used);
}

export function rowOf(key: string | null, sum: Sum, spanMs: number): StatsRow {
  const { states, runs, cpuMs, peakRssBytes } = sum;
  const succeeded = states["succeeded"] ?? 0;
  const judged = succeeded + (states["failed"] ?? 0) + (states["timed-out"] ?? 0) + (states["lost"] ?? 0);
  return {
    key,
    runs,
    states: { ...noCounts(), ...states },
    successRate: judged === 0 ? null : succeeded / judged,
    perHour: runs / (Math.max(1, spanMs) / HOUR_MS),
    waitMs: spreadOf(sum.wait),
    runMs: spreadOf(sum.time),
    cpuMs: Math.round(cpuMs),
    peakRssBytes,
    memory: comparedOf(sum.memory, suggestMemory),
    cpus: comparedOf(sum.cpus, suggestCpus),
    slotsUsed: null,
    slotsTotal: null,
  };
}

function comparedOf(
  { asked, used }: { asked: number; used: Sketch },
  suggest: (compared: Compared) => string | null,
): AskedAndUsed | null {
  if (used.count() === 0) return null;
  const compared = { asked, usedP95: used.quantile(0.95), runs: used.count() };
  return { ...compared, suggestion: suggest(compared) };
}
