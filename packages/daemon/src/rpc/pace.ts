/** Many who read much at once take turns, and leave half of the time to everybody else: a submit does not wait for them. */

export type Pace = {
  /** @param build is told whether many wait, so that it builds little */
  take<T>(build: (crowded: boolean) => Promise<T>): Promise<T>;
};

/** One is read from the disk while another is encoded. */
const AT_ONCE = 2;
const CROWD = 4;

export function createPace(): Pace {
  const waiting: (() => void)[] = [];
  let busy = 0;
  let usedMs = 0;
  const next = (): void => {
    if (busy >= AT_ONCE) return;
    const go = waiting.shift();
    if (go === undefined) return;
    busy += 1;
    go();
  };
  const free = (startedAt: number): void => {
    // By then the answer is written.
    setImmediate(() => {
      usedMs += performance.now() - startedAt;
      const restMs = waiting.length === 0 ? 0 : Math.floor(usedMs / AT_ONCE);
      usedMs -= restMs * AT_ONCE;
      const release = (): void => {
        busy -= 1;
        next();
      };
      if (waiting.length === 0) usedMs = 0;
      if (restMs > 0) setTimeout(release, restMs);
      else setImmediate(release);
    });
  };
  return {
    async take(build) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        next();
      });
      const startedAt = performance.now();
      try {
        return await build(waiting.length >= CROWD);
      } finally {
        free(startedAt);
      }
    },
  };
}
