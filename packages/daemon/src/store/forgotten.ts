/** Long histories of removed schedules go in pieces, between the turns of others: hundreds of them take seconds. */
import type { Tables } from "./open.ts";

export type FiringKey = [string, number];

/** In `meta`, until the last entry is gone, so that a start goes on with it. */
const MARK = "forgotten/";
/** After the last of those names: `0` follows `/`. */
const MARKS_END = "forgotten0";
const PIECE = 500;
/** A fifth of the time at most, on a slow disk too. */
const REST = 4;
const REST_MS_LEAST = 20;

export function markForgotten({ meta }: Tables, name: string): void {
  void meta.put(MARK + name, true);
}

export function unmarkForgotten({ meta }: Tables, name: string): void {
  if (meta.doesExist(MARK + name)) void meta.remove(MARK + name);
}

/** Those of one schedule up to `number`, at most so many. */
export function keysOf({ firings }: Tables, name: string, { to = Number.POSITIVE_INFINITY, limit = 1e9 } = {}) {
  return [...firings.getKeys({ start: [name, 0], end: [name, to + 0.5], limit })] as FiringKey[];
}

export type Sweep = { begin(): void; stop(): void };

export function createSweep(tables: Tables): Sweep {
  let timer: NodeJS.Timeout | undefined;
  const step = (): void => {
    timer = undefined;
    const startedAt = performance.now();
    try {
      if (!removePiece(tables)) return;
    } catch {
      // What the disk has no room for now goes after a later removal or start.
      return;
    }
    timer = setTimeout(step, Math.max(REST_MS_LEAST, REST * (performance.now() - startedAt)));
  };
  return {
    begin() {
      timer ??= setTimeout(step, REST_MS_LEAST);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

/** Whether there was anything to do. */
function removePiece(tables: Tables): boolean {
  tables.root.resetReadTxn();
  if (firstForgotten(tables) === undefined) return false;
  return tables.root.transactionSync(() => {
    // Asked again: a commit that was on its way may have begun a schedule of that name anew.
    const name = firstForgotten(tables);
    if (name === undefined) return false;
    const keys = keysOf(tables, name, { limit: PIECE });
    for (const key of keys) void tables.firings.remove(key);
    if (keys.length < PIECE) unmarkForgotten(tables, name);
    return true;
  });
}

function firstForgotten({ meta }: Tables): string | undefined {
  const [mark] = meta.getKeys({ start: MARK, end: MARKS_END, limit: 1 });
  return mark?.slice(MARK.length);
}
