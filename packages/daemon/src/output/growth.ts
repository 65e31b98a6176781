/** Looks now and then at how much running tasks have written: for the times of output, and for its limit. */
import type { Log } from "../log.ts";
import { errorFacts } from "../log.ts";
import { type RunFiles, STREAMS } from "./files.ts";
import { cut, forgetGaps, isGivenBack, makeGaps, type Punch, sizesOf } from "./cut.ts";
import { type Gaps, NO_GAPS, readGaps } from "./gaps.ts";
import { isOverLimit, isWorthCutting, type OutputLimit, type Sizes } from "./limit.ts";
import { addSighting, readIndexNow } from "./run-index.ts";

export type WatchedRun = { id: number; attempt: number; files: RunFiles; limit: OutputLimit | undefined };

export type GrowthPorts = {
  punch: Punch;
  /** On the disk that a file is on. */
  freeBytes(path: string): number;
  /** Said at each look until the run ends. */
  tooMuch(run: WatchedRun, bytes: number): void;
  /** Said after each look. */
  looked?(run: WatchedRun, hasGrown: boolean): void;
  /** Between two looks, at most. */
  intervalMs: number;
  wall(): number;
  log: Log;
};

export type Growth = {
  track(run: WatchedRun): void;
  /** Its last look. Resolves with what it has left on the disk, and whether some of that is still to be left out. */
  ended(run: WatchedRun): Promise<{ bytes: number; isOver: boolean }>;
  close(): void;
};

/** The order of short runs is known so exactly; later ones are looked at once in a tenth of their age. */
const FIRST_LOOK_MS = 50;
const AGE_SHARE = 0.1;
/** A fast writer is looked at again before it has written its limit once more, but not more often than this. */
const FULL_LOOK_MS = 250;
/** Looking takes at most this part of the time. */
const SHARE_MAX = 0.02;

type Watched = WatchedRun & {
  since: number;
  lookAt: number;
  lookedAt: number;
  sizes: Sizes;
  /** Of the index; undefined until it is first needed. */
  sightings: number | undefined;
  gaps: Gaps | undefined;
  /** What of them this daemon has given back. */
  given: Gaps;
  punching: Promise<void> | undefined;
};

const NOTHING: Sizes = { stdout: 0, stderr: 0 };

export function createGrowth(ports: GrowthPorts): Growth {
  const runs = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let restUntil = 0;

  const setTimer = (lookAt: number): void => {
    const at = Math.max(lookAt, restUntil);
    if (at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(tick, Math.max(0, at - performance.now()));
  };
  const tick = (): void => {
    timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    // Those that are due closely together are looked at together.
    for (const run of runs.values()) if (run.lookAt <= now + FIRST_LOOK_MS / 2) lookSafely(ports, run, now);
    restUntil = performance.now() + (performance.now() - now) / SHARE_MAX;
    for (const { lookAt } of runs.values()) setTimer(lookAt);
  };
  const forget = (run: WatchedRun): Watched | undefined => {
    const watched = runs.get(keyOf(run));
    runs.delete(keyOf(run));
    if (runs.size === 0) {
      clearTimeout(timer);
      timerAt = Number.POSITIVE_INFINITY;
    }
    return watched;
  };
  return {
    track(run) {
      const now = performance.now();
      const lookAt = now + FIRST_LOOK_MS;
      runs.set(keyOf(run), { ...freshly(run, now), lookAt });
      setTimer(lookAt);
    },
    async ended(run) {
      const watched = forget(run) ?? freshly(run, performance.now());
      await watched.punching;
      const sizes = sizesOf(run.files, watched.sizes);
      const bytes = sizes.stdout + sizes.stderr;
      watched.sizes = sizes;
      if (run.limit === undefined || bytes <= run.limit.maxBytes) return { bytes, isOver: false };
      watched.gaps ??= readGaps(run.files.gaps);
      if (!isCut(watched, run.limit)) await cutRun(ports, watched, run.limit);
      const isDone = isCut(watched, run.limit);
      return { bytes: isDone ? run.limit.maxBytes : bytes, isOver: !isDone };
    },
    close() {
      runs.clear();
      clearTimeout(timer);
    },
  };
}

function keyOf({ id, attempt }: WatchedRun): string {
  return `${id}.${attempt}`;
}

function freshly(run: WatchedRun, now: number): Watched {
  const none = { sightings: undefined, gaps: undefined, punching: undefined };
  return { ...run, ...none, since: now, lookAt: now, lookedAt: now, sizes: NOTHING, given: NO_GAPS };
}

/** Whatever somebody does to the files of a task is no reason to end. */
function lookSafely(ports: GrowthPorts, run: Watched, now: number): void {
  run.lookAt = now + ports.intervalMs;
  try {
    look(ports, run, now);
  } catch (error) {
    ports.log.debug("Output could not be looked at", { task: run.id, ...errorFacts(error) });
  }
}

function look(ports: GrowthPorts, run: Watched, now: number): void {
  const sizes = sizesOf(run.files, run.sizes);
  const grown = sizes.stdout + sizes.stderr - run.sizes.stdout - run.sizes.stderr;
  if (grown !== 0) remember(ports, run, sizes);
  ports.looked?.(run, grown !== 0);
  if (STREAMS.some((stream) => sizes[stream] < run.sizes[stream])) {
    run.gaps = forgetGaps(run.files.gaps, sizes);
    run.given = NO_GAPS;
  }
  const bytesPerMs = grown / Math.max(1, now - run.lookedAt);
  run.sizes = sizes;
  run.lookedAt = now;
  run.lookAt = now + nextLookMs(ports, run, { now, bytesPerMs });
  const { limit } = run;
  const bytes = sizes.stdout + sizes.stderr;
  if (limit === undefined || run.punching !== undefined || bytes <= limit.maxBytes / 2) return;
  run.gaps ??= makeGaps(run.files.gaps);
  if (bytes <= limit.maxBytes) return;
  if (limit.whenFull === "kill") ports.tooMuch(run, bytes);
  if (!isOverLimit(sizes, run.gaps, limit)) return;
  const room = { limit, freeBytes: ports.freeBytes(run.files.stdout) };
  if (isWorthCutting(sizes, run.gaps, room)) void cutRun(ports, run, limit);
}

/** An earlier daemon may have died between the note and the deed, or the disk may have refused it. */
function isCut({ sizes, gaps = NO_GAPS, given }: Watched, limit: OutputLimit): boolean {
  return !isOverLimit(sizes, gaps, limit) && isGivenBack(gaps, given);
}

function nextLookMs({ intervalMs }: GrowthPorts, run: Watched, is: { now: number; bytesPerMs: number }): number {
  const byAge = Math.max(FIRST_LOOK_MS, Math.min(intervalMs, (is.now - run.since) * AGE_SHARE));
  if (run.limit === undefined || is.bytesPerMs <= 0) return byAge;
  return Math.min(byAge, Math.max(FULL_LOOK_MS, run.limit.maxBytes / is.bytesPerMs));
}

function remember(ports: GrowthPorts, run: Watched, sizes: Sizes): void {
  try {
    run.sightings ??= readIndexNow(run.files.index).length;
    run.sightings = addSighting(run.files.index, { at: ports.wall(), ...sizes }, run.sightings);
  } catch (error) {
    // A full disk costs the times of what is written meanwhile, and nothing else.
    ports.log.debug("The times of output could not be noted", { task: run.id, ...errorFacts(error) });
  }
}

function cutRun({ punch, log }: GrowthPorts, run: Watched, limit: OutputLimit): Promise<void> {
  const done = cut({ ...run, punch, limit }).then(
    ({ gaps, given }) => {
      run.gaps = gaps;
      run.given = given;
    },
    (error: unknown) => log.warn("Output over its limit could not be left out", { task: run.id, ...errorFacts(error) }),
  );
  run.punching = done.finally(() => {
    run.punching = undefined;
  });
  return run.punching;
}
