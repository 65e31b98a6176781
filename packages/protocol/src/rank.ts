/** The place of a waiting task in its line. */
import type { Task } from "./task.ts";

/**
 * The smallest first. A point of priority counts as much as having been submitted `agingMs` earlier, so whoever waits is
 * overtaken by those of a priority `p` points higher for `p × agingMs` at most: nobody starves, and no rank ever changes
 * while a task waits.
 */
export function rankOf(
  { priority, status }: Pick<Task, "priority" | "status">,
  { agingMs }: { agingMs: number | undefined },
): readonly number[] {
  if (status.state !== "queued") return [];
  return agingMs === undefined
    ? [-priority, status.since, status.order]
    : [status.since - priority * agingMs, status.order];
}

/** Number by number; below 0 when `a` comes first. */
export function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
