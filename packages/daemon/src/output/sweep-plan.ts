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
  const free = runs.filter(({ id }) => !isNeeded(id)).toSorted((a, b) => a.at - b.at);
  const last = lastTasks(free, rules.keepLast);
  const isOld = (run: KeptRun) => run.at + (rules.keepMs ?? NEVER) <= now && !last.has(run.id);
  const tooOld = free.filter(isOld);
  const rest = free.filter((run) => !isOld(run));
  const total = sumOf(runs) - sumOf(tooOld);
  const tooMuch = oldestOf(rest, total - (rules.maxTotalBytes ?? NEVER));
  const kept = rest.slice(tooMuch.length);
  const packAt = ({ at, isPlain }: KeptRun) => (isPlain ? at + (rules.compressAfterMs ?? NEVER) : NEVER);
  const pack = kept.filter((run) => packAt(run) <= now);
  const packDues = kept.map(packAt).filter((at) => at > now);
  const ageDues = kept.filter(({ id }) => !last.has(id)).map(({ at }) => at + (rules.keepMs ?? NEVER));
  return {
    remove: [
      ...tooOld.map((run) => ({ run, why: "age" }) as const),
      ...tooMuch.map((run) => ({ run, why: "total" }) as const),
    ],
    pack,
    nextAt: earliest([...packDues, ...ageDues]),
    bytes: total - sumOf(tooMuch),
  };
}

function lastTasks(oldestFirst: readonly KeptRun[], count: number): ReadonlySet<number> {
  const last = new Set<number>();
  for (let index = oldestFirst.length - 1; index >= 0 && last.size < count; index -= 1) {
    const run = oldestFirst[index];
    if (run !== undefined) last.add(run.id);
  }
  return last;
}

/** As many of the oldest as have `bytes` together. */
function oldestOf(oldestFirst: readonly KeptRun[], bytes: number): readonly KeptRun[] {
  let left = bytes;
  let count = 0;
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

function earliest(times: readonly number[]): number | undefined {
  const at = times.reduce((first, one) => Math.min(first, one), NEVER);
  return Number.isFinite(at) ? at : undefined;
}
