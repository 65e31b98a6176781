/** Notices by their records that runs have started, or ended before anybody saw them run. */
import type { Processes } from "./processes.ts";
import { readRecord, type RecordStart } from "./record.ts";
import { SHIM_TITLE } from "./shim-process.ts";

export type StartsOptions = {
  processes: Pick<Processes, "title">;
  /** Between two looks at the same record, at most. */
  intervalMs: number;
  onStarted(runKey: string, start: RecordStart): void;
  /** It has ended already; said at each look until `forget`, as who is told may not have acted on it. */
  onGone(runKey: string): void;
};

export type Starts = {
  watch(runKey: string, recordPath: string): void;
  forget(runKey: string): void;
  close(): void;
};

/** Long enough for the shortest tasks to be over, so that they cost no look. Doubles from look to look. */
const FIRST_LOOK_MS = 50;
/** Looks that are due closely together are done together. */
const GAP_MS = 10;

/** So often a command is waited for that has yet to take the place of the shim's child; one may have the same title. */
const LOOKS_MAX = 20;

type Waiting = { recordPath: string; lookAt: number; stepMs: number; looks: number };

export function createStarts({ processes, intervalMs, onStarted, onGone }: StartsOptions): Starts {
  const runs = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const clear = (): void => {
    clearTimeout(timer);
    timerAt = Number.POSITIVE_INFINITY;
  };
  const setTimer = (wantedAt: number): void => {
    const at = Math.max(wantedAt, lookedAt + GAP_MS);
    if (at >= timerAt) return;
    clear();
    timerAt = at;
    timer = setTimeout(tick, Math.max(0, at - performance.now()));
  };
  const look = (runKey: string, run: Waiting, now: number): void => {
    const record = readRecord(run.recordPath);
    run.looks += 1;
    // A child that is not the command yet may find that it cannot become it for now, and then the run has not begun.
    const isBecoming = (pid: number) => run.looks < LOOKS_MAX && processes.title(pid).startsWith(SHIM_TITLE);
    if (record.state === "started" && !isBecoming(record.pid)) {
      runs.delete(runKey);
      const { pid, startTicks, bootId, startedAt } = record;
      return onStarted(runKey, { pid, startTicks, bootId, startedAt });
    }
    run.stepMs = Math.min(2 * run.stepMs, Math.max(intervalMs, FIRST_LOOK_MS));
    run.lookAt = now + run.stepMs;
    if (record.state === "ended" || record.state === "failed") onGone(runKey);
  };
  const tick = (): void => {
    timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    lookedAt = now;
    for (const [runKey, run] of runs) if (run.lookAt <= now) look(runKey, run, now);
    for (const { lookAt } of runs.values()) setTimer(lookAt);
  };
  return {
    watch(runKey, recordPath) {
      const lookAt = performance.now() + FIRST_LOOK_MS;
      runs.set(runKey, { recordPath, lookAt, stepMs: FIRST_LOOK_MS, looks: 0 });
      setTimer(lookAt);
    },
    forget(runKey) {
      if (runs.delete(runKey) && runs.size === 0) clear();
    },
    close() {
      runs.clear();
      clear();
    },
  };
}
