/** Gathers what was measured and writes it now and then: each write is a flush, and wakes a disk that sleeps. */
import type { HistoryBatch, HistoryStore } from "./ports.ts";

export type Pending = Omit<HistoryBatch, "keep">;

export type HistoryWriter = {
  /** What is not stored yet. */
  readonly pending: Pending;
  /** It is stored in so much time at the latest. */
  within(ms: number): void;
  flush(): Promise<void>;
  close(): Promise<void>;
};

export type WriterPorts = {
  append: HistoryStore["append"];
  keep(): HistoryBatch["keep"];
  /** Called before each write, for what is not finished yet. */
  gather(): void;
};

/** While nothing can be written the newest of them are kept. */
const ROWS_AT_MOST = 2000;
const COURSES_AT_MOST = 2000;
const SNAPSHOTS_AT_MOST = 20;

export function createWriter({ append, keep, gather }: WriterPorts): HistoryWriter {
  const pending: Pending = { host: { short: [], long: [] }, courses: [], snapshots: [] };
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    gather();
    bound(pending);
    const { host, courses, snapshots } = pending;
    const taken = {
      host: { short: [...host.short], long: [...host.long] },
      courses: [...courses],
      snapshots: [...snapshots],
    };
    if (sizeOf(taken) === 0 || !(await append({ ...taken, keep: keep() }))) return;
    // What came meanwhile is behind it.
    host.short.splice(0, taken.host.short.length);
    host.long.splice(0, taken.host.long.length);
    courses.splice(0, taken.courses.length);
    snapshots.splice(0, taken.snapshots.length);
  };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    dueAt = Number.POSITIVE_INFINITY;
    await writing;
    writing = write();
    await writing;
    writing = undefined;
  };
  return {
    pending,
    within(ms) {
      const at = performance.now() + ms;
      if (at >= dueAt) return;
      clearTimeout(timer);
      dueAt = at;
      timer = setTimeout(() => void flush(), ms).unref();
    },
    flush,
    async close() {
      await flush();
      clearTimeout(timer);
    },
  };
}

function sizeOf({ host, courses, snapshots }: Pending): number {
  return host.short.length + host.long.length + courses.length + snapshots.length;
}

function bound({ host, courses, snapshots }: Pending): void {
  for (const rows of [host.short, host.long]) rows.splice(0, Math.max(0, rows.length - ROWS_AT_MOST));
  courses.splice(0, Math.max(0, courses.length - COURSES_AT_MOST));
  snapshots.splice(0, Math.max(0, snapshots.length - SNAPSHOTS_AT_MOST));
}
