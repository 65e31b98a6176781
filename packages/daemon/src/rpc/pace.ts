/** Many who read much at once take turns, and leave most of the time to everybody else: a submit does not wait for them. */

export type Pace = {
  /** @param build is told whether many wait, so that it builds little */
  take<T>(build: (crowded: boolean) => Promise<T>): Promise<T>;
};

/** One is read from the disk while another is encoded. */
const AT_ONCE = 2;
const CROWD = 4;
/** After so long a rest for each ms of work. */
const REST_FEW = 1;
const REST_CROWD = 3;

export function createPace(): Pace {
  const waiting: (() => void)[] = [];
  let busy = 0;
  /** Timers rest for whole milliseconds. */
  let owedMs = 0;
  const isCrowded = () => waiting.length >= CROWD;

  const next = (): void => {
    if (busy >= AT_ONCE) return;
    const go = waiting.shift();
    if (go === undefined) return;
    busy += 1;
    go();
  };
  const release = (): void => {
    busy -= 1;
    next();
  };
  const rest = (startedAt: number): void => {
    if (waiting.length === 0) owedMs = 0;
    else owedMs += (performance.now() - startedAt) * (isCrowded() ? REST_CROWD : REST_FEW);
    const restMs = Math.floor(owedMs);
    owedMs -= restMs;
    if (restMs > 0) setTimeout(release, restMs);
    else release();
  };
  return {
    async take(build) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        next();
      });
      const startedAt = performance.now();
      try {
        return await build(isCrowded());
      } finally {
        // By then the answer is written.
        setImmediate(rest, startedAt);
      }
    },
  };
}
