/** Looks now and then at how much running tasks have written: for the times of output, and for its limit. */
import { lstatSync } from "node:fs";
import type { Log } from "../log.ts";
import { errorFacts } from "../log.ts";
import { type RunFiles, STREAMS, type StreamName } from "./files.ts";
import { type Gap, type Gaps, readGaps, writeGaps } from "./gaps.ts";
import { gapsFor, isOverLimit, isWorthCutting, type OutputLimit, type Sizes } from "./limit.ts";
import { addSighting, readIndexNow } from "./run-index.ts";

export type WatchedRun = { id: number; attempt: number; files: RunFiles; limit: OutputLimit | undefined };

export type GrowthPorts = {
  /** Gives back the space of a part; false when it cannot. */
  punch(path: string, part: Gap): Promise<boolean>;
  /** On the disk that a file is on. */
  freeBytes(path: string): number;
  /** Said at each look until the run ends. */
  tooMuch(run: WatchedRun, bytes: number): void;
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
  punching: boolean;
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
    for (const run of runs.values()) if (run.lookAt <= now + FIRST_LOOK_MS / 2) look(ports, run, now);
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
      const sizes = sizesOf(run.files);
      const bytes = sizes.stdout + sizes.stderr;
      watched.sizes = sizes;
      if (run.limit === undefined || bytes <= run.limit.maxBytes) return { bytes, isOver: false };
      watched.gaps ??= readGaps(run.files.gaps);
      if (!isOverLimit(sizes, watched.gaps, run.limit)) return { bytes: run.limit.maxBytes, isOver: false };
      const isCut = await cut(ports, watched, run.limit);
      return { bytes: isCut ? run.limit.maxBytes : bytes, isOver: !isCut };
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
  const none = { sightings: undefined, gaps: undefined };
  return { ...run, ...none, since: now, lookAt: now, lookedAt: now, sizes: NOTHING, punching: false };
}

function look(ports: GrowthPorts, run: Watched, now: number): void {
  const sizes = sizesOf(run.files);
  const grown = sizes.stdout + sizes.stderr - run.sizes.stdout - run.sizes.stderr;
  if (STREAMS.some((stream) => sizes[stream] > run.sizes[stream])) remember(ports, run, sizes);
  const bytesPerMs = grown / Math.max(1, now - run.lookedAt);
  run.sizes = sizes;
  run.lookedAt = now;
  run.lookAt = now + nextLookMs(ports, run, { now, bytesPerMs });
  const { limit } = run;
  const bytes = sizes.stdout + sizes.stderr;
  if (limit === undefined || run.punching || bytes <= limit.maxBytes / 2) return;
  run.gaps ??= makeGaps(ports, run);
  if (bytes <= limit.maxBytes) return;
  if (limit.whenFull === "kill") ports.tooMuch(run, bytes);
  if (!isOverLimit(sizes, run.gaps, limit)) return;
  const room = { limit, freeBytes: ports.freeBytes(run.files.stdout) };
  if (isWorthCutting(sizes, run.gaps, room)) void cut(ports, run, limit);
}

/** While there is room for it. */
function makeGaps(ports: GrowthPorts, run: Watched): Gaps {
  const gaps = readGaps(run.files.gaps);
  try {
    writeGaps(run.files.gaps, gaps);
  } catch (error) {
    ports.log.debug("There is no room to note what of output is left out", { task: run.id, ...errorFacts(error) });
  }
  return gaps;
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

/** @returns false when the space could not be given back yet */
async function cut(ports: GrowthPorts, run: Watched, limit: OutputLimit): Promise<boolean> {
  const before = run.gaps ?? readGaps(run.files.gaps);
  const gaps = gapsFor(run.sizes, before, limit);
  run.punching = true;
  try {
    // Readers know of the gap before it is one.
    writeGaps(run.files.gaps, gaps);
    run.gaps = gaps;
    const done = await Promise.all(
      STREAMS.map((stream) => punchOne(ports, run.files[stream], [before[stream], gaps[stream]])),
    );
    return done.every(Boolean);
  } catch (error) {
    ports.log.warn("Output over its limit could not be left out", { task: run.id, ...errorFacts(error) });
    return false;
  } finally {
    run.punching = false;
  }
}

type BeforeAndAfter = readonly [Gaps[StreamName], Gaps[StreamName]];

async function punchOne({ punch }: GrowthPorts, path: string, [before, gap]: BeforeAndAfter): Promise<boolean> {
  if (gap === undefined || (before?.from === gap.from && before.to === gap.to)) return true;
  return punch(path, gap);
}

/** A task may have put anything in the place of its files; only a file is counted and cut. */
function sizesOf(files: RunFiles): Sizes {
  const sizeOf = (path: string): number => {
    try {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      return stat?.isFile() === true ? stat.size : 0;
    } catch {
      return 0;
    }
  };
  return { stdout: sizeOf(files.stdout), stderr: sizeOf(files.stderr) };
}
