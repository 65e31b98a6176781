/** Writes what a batch changes of schedules and of their history. */
import type { Firing } from "@claudine/protocol";
import type { FiringChange, ScheduleChanges } from "../core/schedule-changes.ts";
import { type FiringKey, keysOf, markForgotten, unmarkForgotten } from "./forgotten.ts";
import type { Tables } from "./open.ts";
import { readRecord } from "./valid.ts";

/** Of one schedule and firing; there are more only when less is to be kept than before. */
const REMOVED_AT_MOST = 8;

/** Of removed schedules with this commit; what is more goes later. */
const FORGOTTEN_AT_MOST = 1000;

/** Reads what it needs at once; what it gives is called in the transaction. */
export function writeSchedules(tables: Tables, changes: ScheduleChanges, historyKeep: number): () => void {
  if (changes.schedules.size === 0 && changes.firings.size === 0) return () => {};
  // The snapshot of this turn may be older than the last commit.
  tables.root.resetReadTxn();
  const { gone, later } = forgottenKeys(tables, changes);
  const begun = namesBegun(changes);
  gone.push(...begun.flatMap((name) => keysOf(tables, name)));
  const entries = [...changes.firings.values()].flatMap((change) => {
    const firing = firingAfter(tables, change);
    return firing === undefined ? [] : [{ key: keyOf(change), firing }];
  });
  const old = [...changes.firings.values()].flatMap(({ kind, name, number }) =>
    kind === "new" && number > historyKeep
      ? keysOf(tables, name, { to: number - historyKeep, limit: REMOVED_AT_MOST })
      : [],
  );
  return () => {
    for (const key of [...gone, ...old]) void tables.firings.remove(key);
    for (const name of later) markForgotten(tables, name);
    for (const name of begun) unmarkForgotten(tables, name);
    for (const { key, firing } of entries) void tables.firings.put(key, firing);
    for (const [name, { after }] of changes.schedules) {
      if (after === undefined) void tables.schedules.remove(name);
      else void tables.schedules.put(name, after);
    }
  };
}

/** Those that are there after the commit and were not before, or were another: they begin without entries. */
function namesBegun({ schedules, forgotten }: ScheduleChanges): string[] {
  return [...schedules].flatMap(([name, { before, after }]) =>
    after !== undefined && (before === undefined || forgotten.has(name)) ? [name] : [],
  );
}

function forgottenKeys(tables: Tables, { schedules, forgotten }: ScheduleChanges) {
  const gone: FiringKey[] = [];
  const later: string[] = [];
  for (const name of forgotten) {
    if (schedules.get(name)?.after !== undefined) continue;
    const limit = FORGOTTEN_AT_MOST - gone.length;
    const keys = limit > 0 ? keysOf(tables, name, { limit }) : [];
    if (keys.length < limit) gone.push(...keys);
    else later.push(name);
  }
  return { gone, later };
}

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
