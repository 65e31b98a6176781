/** Writes what a batch changes of schedules and of their history. */
import type { Firing } from "@claudine/protocol";
import type { FiringChange, ScheduleChanges } from "../core/schedule-changes.ts";
import type { Tables } from "./open.ts";
import { readRecord } from "./valid.ts";

/** Of one schedule and firing; there are more only when less is to be kept than before. */
const REMOVED_AT_MOST = 8;

/** Reads what it needs at once; what it gives is called in the transaction. */
export function writeSchedules(tables: Tables, changes: ScheduleChanges, historyKeep: number): () => void {
  if (changes.schedules.size === 0 && changes.firings.size === 0) return () => {};
  // The snapshot of this turn may be older than the last commit.
  tables.root.resetReadTxn();
  const gone = [...changes.forgotten].flatMap((name) => keysOf(tables, name, Number.POSITIVE_INFINITY));
  const entries = [...changes.firings.values()].flatMap((change) => {
    const firing = firingAfter(tables, change);
    return firing === undefined ? [] : [{ key: keyOf(change), firing }];
  });
  const old = [...changes.firings.values()].flatMap(({ kind, name, number }) =>
    kind === "new" && number > historyKeep ? keysOf(tables, name, number - historyKeep).slice(0, REMOVED_AT_MOST) : [],
  );
  return () => {
    for (const key of [...gone, ...old]) void tables.firings.remove(key);
    for (const { key, firing } of entries) void tables.firings.put(key, firing);
    for (const [name, { after }] of changes.schedules) {
      if (after === undefined) void tables.schedules.remove(name);
      else void tables.schedules.put(name, after);
    }
  };
}

type FiringKey = [string, number];

function keyOf({ name, number }: FiringChange): FiringKey {
  return [name, number];
}

/** Undefined when its entry is no longer kept, or is about another task. */
function firingAfter(tables: Tables, change: FiringChange): Firing | undefined {
  if (change.kind === "new") return change.firing;
  const record = readRecord(tables, "firings", keyOf(change));
  if (typeof record === "string") return undefined;
  const firing = record.value as Firing;
  return firing.task === change.task ? { ...firing, ...change.end } : undefined;
}

/** Those up to `number`. */
function keysOf(tables: Tables, name: string, number: number): FiringKey[] {
  return [...tables.firings.getKeys({ start: [name, 0], end: [name, number + 0.5] })];
}
