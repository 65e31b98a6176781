/** Percentiles of very many numbers in little memory: exact while there are few, then counted in buckets of 4 %. */
import type { Spread } from "@claudine/protocol";

export type Sketch = { add(value: number): void; count(): number; quantile(share: number): number };

const EXACT_AT_MOST = 200;
const LOG_WIDTH = Math.log(1.04);

export function createSketch(): Sketch {
  let exact: number[] | undefined = [];
  const buckets = new Map<number, number>();
  let [count, most] = [0, Number.NEGATIVE_INFINITY];
  const drop = (value: number): void => {
    const bucket = value <= 0 ? Number.NEGATIVE_INFINITY : Math.floor(Math.log(value) / LOG_WIDTH);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  };
  return {
    add(value) {
      count += 1;
      most = Math.max(most, value);
      if (exact === undefined) return drop(value);
      exact.push(value);
      if (exact.length <= EXACT_AT_MOST) return;
      exact.forEach(drop);
      exact = undefined;
    },
    count: () => count,
    quantile(share) {
      const rank = Math.max(1, Math.ceil(share * count));
      if (exact !== undefined) return exact.toSorted((a, b) => a - b)[rank - 1] ?? 0;
      if (rank === count) return most;
      let seen = 0;
      for (const [bucket, inside] of [...buckets].toSorted(([a], [b]) => a - b)) {
        seen += inside;
        if (seen >= rank) return Math.min(most, Math.exp((bucket + 0.5) * LOG_WIDTH));
      }
      return most;
    },
  };
}

export function spreadOf(sketch: Sketch): Spread {
  if (sketch.count() === 0) return null;
  const round = (share: number) => Math.round(sketch.quantile(share));
  return { p50: round(0.5), p90: round(0.9), p95: round(0.95), p99: round(0.99), max: round(1) };
}
