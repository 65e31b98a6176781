/** Packs output that is closed, and removes what is not to be kept, when it is due. */
import { lstatSync } from "node:fs";
import { crashPoint } from "../running/crash-points.ts";
import { errorFacts, type Log } from "../log.ts";
import { removeArtifacts } from "./artifact-folder.ts";
import { outputPaths, type RunFolders, type StreamName, STREAMS } from "./files.ts";
import { readGaps } from "./gaps.ts";
import { packStream } from "./pack.ts";
import { removeFiles } from "./removal.ts";
import { scanOutput } from "./scan.ts";
import { type KeptRun, planSweep, type Sweep, type SweepRules } from "./sweep-plan.ts";

export type KeeperPorts = {
  stateDir: string;
  runs: Pick<RunFolders, "files">;
  rules: SweepRules;
  /** Which tasks an unfinished one needs, itself among them. */
  needed(): (id: number) => boolean;
  /** On the disk that a file is on. */
  freeBytes(path: string): number;
  wall(): number;
  log: Log;
};

export type Preview = { runs: readonly KeptRun[]; sweep: Sweep };
export type Keeper = {
  /** A run has ended and left so much on the disk. `pack`: at once, as it holds what is to be left out. */
  ended(run: { id: number; attempt: number; bytes: number; pack: boolean }): Promise<void>;
  /** A task that never ran needs nothing any more. */
  freed(): void;
  /** What there is, and what would be done with it now. */
  preview(): Promise<Preview>;
  close(): Promise<void>;
};

const NEVER = Number.POSITIVE_INFINITY;
/** After a start, so that nobody waits for it. */
const FIRST_MS = 2000;
const LEAST_MS = 1000;
const MOST_MS = 900_000;
/** Sweeping takes at most this part of the time. */
const SHARE_MAX = 0.02;

export function createKeeper(ports: KeeperPorts): Keeper {
  const { rules, wall } = ports;
  const closed = new AbortController();
  const soonestMs = Math.min(rules.compressAfterMs ?? NEVER, rules.keepMs ?? NEVER);
  let timer: NodeJS.Timeout | undefined;
  let dueAt = NEVER;
  let notBefore = { tooMuch: wall(), other: wall() };
  let isTooMuch = false;
  let bytes = 0;
  let sweeping: Promise<void> | undefined;

  const due = (at: number): void => {
    if (at >= dueAt || closed.signal.aborted) return;
    dueAt = at;
    if (sweeping !== undefined) return;
    clearTimeout(timer);
    setTimer();
  };
  const setTimer = (): void => {
    const leftMs = Math.max(dueAt, isTooMuch ? notBefore.tooMuch : notBefore.other) - wall();
    // A timer knows nothing of a machine that sleeps and a clock that is set.
    if (leftMs <= 0) timer = setTimeout(() => void run(), 0).unref();
    else if (leftMs < NEVER) timer = setTimeout(setTimer, Math.min(MOST_MS, leftMs)).unref();
  };
  const dueForRoom = (): void => {
    if (isTooMuch) return;
    isTooMuch = true;
    dueAt = NEVER;
    due(wall());
  };
  const run = async (): Promise<void> => {
    dueAt = NEVER;
    isTooMuch = false;
    const startedAt = performance.now();
    sweeping = sweep(ports, closed.signal).then(
      (done) => {
        bytes = done.bytes;
        const rest = restsMs(rules, { tookMs: performance.now() - startedAt, failed: done.failed });
        notBefore = { tooMuch: wall() + rest.tooMuch, other: wall() + rest.other };
        if (done.nextAt !== undefined) dueAt = Math.min(dueAt, done.nextAt);
      },
      (error: unknown) => {
        notBefore = { tooMuch: wall() + MOST_MS, other: wall() + MOST_MS };
        ports.log.warn("Output could not be swept", errorFacts(error));
      },
    );
    await sweeping;
    sweeping = undefined;
    const next = dueAt;
    dueAt = NEVER;
    due(next);
  };
  due(wall() + FIRST_MS);
  return {
    async ended({ bytes: more, pack, id, attempt }) {
      bytes += more;
      if (bytes > (rules.maxTotalBytes ?? NEVER)) dueForRoom();
      due(wall() + soonestMs);
      if (pack) await packRun(ports, { id, attempt }, closed.signal);
    },
    freed: () => due(wall() + soonestMs),
    preview: () => planNow(ports),
    async close() {
      closed.abort();
      clearTimeout(timer);
      await sweeping;
    },
  };
}

/** Many runs that end one after the other are swept together; while there is too much only what sweeping costs counts. */
function restsMs(
  { compressAfterMs, keepMs }: SweepRules,
  { tookMs, failed }: { tookMs: number; failed: boolean },
): { tooMuch: number; other: number } {
  if (failed) return { tooMuch: MOST_MS, other: MOST_MS };
  const quarter = Math.min(compressAfterMs ?? MOST_MS, keepMs ?? MOST_MS) / 4;
  const tooMuch = Math.max(LEAST_MS, tookMs / SHARE_MAX);
  return { tooMuch, other: Math.max(tooMuch, Math.min(MOST_MS, quarter)) };
}

async function planNow({ stateDir, rules, needed, wall }: KeeperPorts): Promise<Planned> {
  const runs = await scanOutput(stateDir);
  // After the files were listed, so that what a task needs that began meanwhile is among them.
  const isNeeded = needed();
  return { runs, sweep: planSweep(runs, rules, { now: wall(), isNeeded }), isNeeded };
}

type Planned = Preview & { isNeeded(id: number): boolean };

type Done = Pick<Sweep, "bytes" | "nextAt"> & { failed: boolean };

async function sweep(ports: KeeperPorts, closed: AbortSignal): Promise<Done> {
  const { sweep: plan, isNeeded } = await planNow(ports);
  const { remove, pack, ...rest } = plan;
  let failed = false;
  const attempt = async (run: KeptRun, step: () => Promise<void>): Promise<void> => {
    if (closed.aborted || isNeeded(run.id)) return;
    try {
      await step();
    } catch (error) {
      failed = true;
      if (!closed.aborted)
        ports.log.warn("Output of a task could not be swept", { task: run.id, ...errorFacts(error) });
    }
  };
  for (const { run } of remove) await attempt(run, () => removeOutput(ports, run));
  if (remove.length > 0) ports.log.info("Output was removed", { runs: remove.length, ...reasons(remove) });
  for (const run of pack) await attempt(run, () => packRun(ports, run, closed));
  return { ...rest, failed };
}

function reasons(remove: Sweep["remove"]): Record<string, number> {
  const count = (why: string) => remove.filter((one) => one.why === why).length;
  return { tooOld: count("age"), tooMuch: count("total") };
}

type RunName = Pick<KeptRun, "id" | "attempt">;

async function removeOutput({ runs }: KeeperPorts, { id, attempt }: RunName): Promise<void> {
  crashPoint("before-output-removal");
  const files = runs.files(id, attempt);
  await removeFiles(outputPaths(files));
  await removeArtifacts(files.artifacts);
  crashPoint("after-output-removal");
}

async function packRun(
  { runs, log, freeBytes }: KeeperPorts,
  { id, attempt }: RunName,
  closed: AbortSignal,
): Promise<void> {
  const files = runs.files(id, attempt);
  const gaps = readGaps(files.gaps);
  for (const stream of STREAMS.filter((one) => isWorthPacking(files[one]))) await packOne(stream);

  async function packOne(stream: StreamName): Promise<void> {
    const path = files[stream];
    const isDone = await packStream({ path, gap: gaps[stream], closed, freeBytes });
    if (!isDone) return log.debug("Output is still being written to", { task: id, run: attempt, stream });
    log.debug("Output was compressed", { task: id, run: attempt, stream });
  }
}

/** Nothing that a task has put in the place of its output. */
function isWorthPacking(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size > 0;
}
