/** Keeps the memory of a screen that is left open for days near what it needs. */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What the first reading of many tasks leaves behind goes soon. */
const FIRST_MS = 4000;
const EVERY_MS = 5000;
const GROWTH_BYTES = 6 * 2 ** 20;

/**
 * Each frame leaves some garbage, and V8 lets it grow to several times of what is in use before it looks; looking more
 * often than this costs more than drawing. @returns a function that ends it
 */
export function keepHeapSmall(): () => void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=10");
  setFlagsFromString("--expose-gc");
  // The last optimizing compiler takes some ten megabytes to save a tenth of little work.
  setFlagsFromString("--no-turbofan");
  let compactBytes = 0;
  const compact = () => {
    if (getHeapStatistics().total_heap_size < compactBytes + GROWTH_BYTES) return;
    // Offered to contexts that are made after the flag was set; this flavor also returns the emptied pages.
    runInNewContext(`gc({ type: "major", execution: "sync", flavor: "last-resort" })`);
    compactBytes = getHeapStatistics().total_heap_size;
  };
  const timers = [setTimeout(compact, FIRST_MS).unref(), setInterval(compact, EVERY_MS).unref()];
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
