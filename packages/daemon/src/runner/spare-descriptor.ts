/** A descriptor held back for what must be read when there are no others: how runs have ended. */
import { closeSync, openSync } from "node:fs";

export type SpareDescriptor = {
  /** Does it once more, with the spare one free, when it was short of descriptors. */
  use<T>(attempt: () => T, wasShort: (result: T) => boolean): T;
  close(): void;
};

export function createSpareDescriptor(): SpareDescriptor {
  let held = hold();
  const free = () => {
    if (held !== undefined) closeSync(held);
    held = undefined;
  };
  return {
    use(attempt, wasShort) {
      // It may have been lost to somebody else the last time.
      held ??= hold();
      const result = attempt();
      if (held === undefined || !wasShort(result)) return result;
      free();
      try {
        return attempt();
      } finally {
        held = hold();
      }
    },
    close: free,
  };
}

function hold(): number | undefined {
  try {
    return openSync("/dev/null", "r");
  } catch {
    return undefined;
  }
}
