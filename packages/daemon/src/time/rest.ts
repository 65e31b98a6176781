/** Gives memory back when the daemon comes to rest: by itself V8 keeps what a busy time took for as long as nothing happens. */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export type Rest = {
  /** Something happened: the time until rest begins anew. */
  disturb(): void;
  close(): void;
};

export type RestPorts = {
  /** Unfinished tasks: all of them are in memory, and looking through it stops everything else meanwhile. */
  unfinished(): number;
  heapBytes(): number;
  /** Takes some 20 ms with nothing unfinished. */
  compact(): void;
  afterMs?: number;
};

const AFTER_MS = 3000;
const UNFINISHED_AT_MOST = 20_000;
/** Less growth since the last time is not worth it. */
const GROWTH_AT_LEAST = 4 * 2 ** 20;

export function createRest({ unfinished, heapBytes, compact, afterMs = AFTER_MS }: RestPorts): Rest {
  let compactBytes = 0;
  const timer = setTimeout(() => {
    if (unfinished() > UNFINISHED_AT_MOST || heapBytes() < compactBytes + GROWTH_AT_LEAST) return;
    compact();
    compactBytes = heapBytes();
  }, afterMs).unref();
  return {
    disturb: () => void timer.refresh(),
    close: () => clearTimeout(timer),
  };
}

export const heapBytes = (): number => getHeapStatistics().total_heap_size;

/** A full collection that also returns the emptied pages; V8 offers it to contexts made after the flag was set. */
export function compactHeap(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext(`gc({ type: "major", execution: "sync", flavor: "last-resort" })`);
}
