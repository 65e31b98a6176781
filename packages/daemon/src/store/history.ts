/** The tables of what was measured: of a fixed size, and nothing that a task depends on. */
import type { Snapshot, TaskId } from "@claudine/protocol";
import type { HistoryBatch, HistoryStore, HostRow, Tier } from "../history/ports.ts";
import type { Database, Key } from "lmdb";
import type { Tables } from "./open.ts";
import type { SnapshotRecord } from "./records.ts";
import { tableOf } from "./table-of.ts";

const TIERS: Readonly<Record<Tier, number>> = { short: 0, long: 1 };
/** So many records go at a time, so that a long pause does not make one long commit. */
const TRIMMED_AT_MOST = 200;
/** A record holds the samples of some minutes: one that begins earlier may reach into what is asked for. */
const RECORD_MS_MAX = 3_600_000;

export function createHistoryStore(tables: Tables): HistoryStore {
  return {
    async append(batch) {
      try {
        // Handed to LMDB's writer, as nobody waits for it.
        return await tables.root.batch(() => write(tables, batch));
      } catch {
        return false;
      }
    },
    *hostRows(tier, since, until) {
      const start: [number, number] = [TIERS[tier], Math.max(0, since - RECORD_MS_MAX)];
      for (const key of tables.hostHistory.getKeys({ start, end: [TIERS[tier], until + 1] })) {
        const rows = rowsOf(tables, key);
        if (rows.length > 0) yield rows;
      }
    },
    hostSince(tier) {
      for (const [, at] of tables.hostHistory.getKeys({
        start: [TIERS[tier], 0],
        end: [TIERS[tier], Number.MAX_SAFE_INTEGER],
        limit: 1,
      }))
        return at;
      return undefined;
    },
    course(id, attempt) {
      const bytes: unknown = tables.courses.get([id, attempt]);
      return bytes instanceof Uint8Array ? bytes : undefined;
    },
    snapshot(since, until) {
      for (const at of tables.snapshots.getKeys({ start: until, end: since - 1, reverse: true, limit: 1 }))
        return tables.snapshots.get(at) as Snapshot | undefined;
      return undefined;
    },
  };
}

function write(tables: Tables, { host, courses, snapshots, keep }: HistoryBatch): void {
  for (const tier of ["short", "long"] as const) {
    const [first] = host[tier];
    if (typeof first?.[0] === "number") void tables.hostHistory.put([TIERS[tier], first[0]], { rows: host[tier] });
    trimHost(tables, tier, keep.since[tier]);
  }
  for (const { id, attempt, bytes } of courses)
    if (isThere(tables, id)) void tables.courses.put([id, attempt], Buffer.from(bytes));
  if (courses.length > 0) trim(tableOf(tables, "courses"), keep.courses);
  for (const snapshot of snapshots) void tables.snapshots.put(snapshot.at, { ...snapshot } satisfies SnapshotRecord);
  if (snapshots.length > 0) trim(tableOf(tables, "snapshots"), keep.snapshots);
}

/** A task may have been removed since. */
function isThere(tables: Tables, id: TaskId): boolean {
  return tables.live.doesExist(id) || tables.finished.doesExist(id);
}

function trimHost({ hostHistory }: Tables, tier: Tier, since: number): void {
  const start: [number, number] = [TIERS[tier], 0];
  const end: [number, number] = [TIERS[tier], Math.max(0, since)];
  for (const key of hostHistory.getKeys({ start, end, limit: TRIMMED_AT_MOST })) void hostHistory.remove(key);
}

function trim(table: Database<unknown, Key>, keep: number): void {
  const limit = Math.min(TRIMMED_AT_MOST, table.getKeysCount() - keep);
  if (limit <= 0) return;
  for (const key of table.getKeys({ limit })) void table.remove(key);
}

/** What cannot be read was not measured. */
function rowsOf({ hostHistory }: Tables, key: [number, number]): HostRow[] {
  try {
    const rows: unknown = hostHistory.get(key)?.rows;
    return Array.isArray(rows) ? rows.filter((row): row is HostRow => Array.isArray(row)) : [];
  } catch {
    return [];
  }
}
