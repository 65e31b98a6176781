/** What of the output of runs goes, and what is packed. Pure. */

/** A run with output on the disk. */
export type KeptRun = {
  id: number;
  attempt: number;
  /** When it last wrote or ended, epoch ms. */
  at: number;
  /** On the disk. */
  bytes: number;
  /** It is worth packing. */
  isPlain: boolean;
};

/** Undefined where the configuration says `off`. */
export type SweepRules = {
  compressAfterMs: number | undefined;
  keepMs: number | undefined;
  keepLast: number;
  maxTotalBytes: number | undefined;
};

export type Removal = { run: KeptRun; why: "age" | "total" };
export type Sweep = {
  remove: readonly Removal[];
  pack: readonly KeptRun[];
  /** When the next is due if nothing else happens; undefined: never. */
  nextAt: number | undefined;
  /** That stays. */
  bytes: number;
};

const NEVER = Number.POSITIVE_INFINITY;

export type SweepFacts = { now: number; isNeeded(id: number): boolean };

/** What an unfinished task needs is never touched. */
export function planSweep(runs: readonly KeptRun[], rules: SweepRules, { now, isNeeded }: SweepFacts): Sweep {
  const free = runs.filter(({ id }) => !isNeeded(id));
  const last = lastTasks(free, rules.keepLast);
  const oldAt = ({ id, at }: KeptRun) => (last.has(id) ? NEVER : at + (rules.keepMs ?? NEVER));
  const packAt = ({ at, isPlain }: KeptRun) => (isPlain ? at + (rules.compressAfterMs ?? NEVER) : NEVER);
  const tooOld = free.filter((run) => oldAt(run) <= now).toSorted(byAge);
  const rest = tooOld.length === 0 ? free : free.filter((run) => oldAt(run) > now);
  const total = sumOf(runs) - sumOf(tooOld);
  const tooMuch = oldestOf(rest, total - (rules.maxTotalBytes ?? NEVER));
  const kept = tooMuch.length === 0 ? rest : withoutAll(rest, tooMuch);
  let nextAt = NEVER;
  for (const run of kept) {
    const packs = packAt(run);
    nextAt = Math.min(nextAt, oldAt(run), packs > now ? packs : NEVER);
  }
  return {
    remove: [
      ...tooOld.map((run) => ({ run, why: "age" }) as const),
      ...tooMuch.map((run) => ({ run, why: "total" }) as const),
    ],
    pack: kept.filter((run) => packAt(run) <= now).toSorted(byAge),
    nextAt: nextAt < NEVER ? nextAt : undefined,
    bytes: total - sumOf(tooMuch),
  };
}

function byAge(one: KeptRun, other: KeptRun): number {
  return one.at - other.at;
}

function withoutAll(runs: readonly KeptRun[], gone: readonly KeptRun[]): readonly KeptRun[] {
  const isGone = new Set(gone);
  return runs.filter((run) => !isGone.has(run));
}

/** Sorting all of very many would hold everybody up: only as many of the newest are as it takes. */
function lastTasks(runs: readonly KeptRun[], count: number): ReadonlySet<number> {
  if (count === 0) return new Set();
  const times = Float64Array.from(runs, ({ at }) => at).toSorted();
  for (let length = count; ; length *= 4) {
    const since = times[times.length - length] ?? Number.NEGATIVE_INFINITY;
    const newest = runs.filter(({ at }) => at >= since).toSorted((one, other) => byAge(other, one));
    const ids = new Set(newest.map(({ id }) => id));
    if (ids.size >= count || length >= times.length) return new Set([...ids].slice(0, count));
  }
}

/** As many of the oldest as have `bytes` together. */
function oldestOf(runs: readonly KeptRun[], bytes: number): readonly KeptRun[] {
  if (bytes <= 0) return [];
  let left = bytes;
  let count = 0;
  const oldestFirst = runs.toSorted(byAge);
  for (const run of oldestFirst) {
    if (left <= 0) break;
    left -= run.bytes;
    count += 1;
  }
  return oldestFirst.slice(0, count);
}

function sumOf(runs: readonly KeptRun[]): number {
  return runs.reduce((sum, { bytes }) => sum + bytes, 0);
}
