/** Long lists are worked off in pieces, between which others get their turn. */
import { setImmediate as others } from "node:timers/promises";

const PIECE_MS = 10;

export async function mapInPieces<T, R>(items: readonly T[], map: (item: T) => R): Promise<R[]> {
  const mapped: R[] = [];
  let startedAt = performance.now();
  for (const item of items) {
    mapped.push(map(item));
    if (performance.now() - startedAt < PIECE_MS) continue;
    await others();
    startedAt = performance.now();
  }
  return mapped;
}
