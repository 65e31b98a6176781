/** What the runs of a time used, read in pieces: a hundred thousand of them do not hold the daemon up. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HostPoint, Stats, StatsBy, StatsRow } from "@claudine/protocol";
import type { RunOfTask } from "./tally.ts";
import { createTally, hourOf, rowOf, tally } from "./tally.ts";

export type StatsFacts = {
  /** Runs that ended in a time, in the order of their keys downwards; `next` goes on where it stopped. */
  runs(range: { since: number; until: number }, after: RunKey | undefined, limit: number): RunPage;
  /** Averages over each hour; empty where none are kept. */
  hours(range: { since: number; until: number }): Promise<HostPoint[]>;
  closed: AbortSignal;
};

export type RunKey = readonly [id: number, attempt: number];
export type RunPage = { found: RunOfTask[]; next: RunKey | undefined };

const ROWS_AT_MOST = 200;
/** A piece takes a millisecond or two. */
const PIECE = 250;
const HOUR_MS = 3_600_000;

export async function readStats(
  facts: StatsFacts,
  { since, until, by }: { since: number; until: number; by: StatsBy | undefined },
): Promise<Stats> {
  const sums = createTally();
  let after: RunKey | undefined;
  do {
    const page = facts.runs({ since, until }, after, PIECE);
    for (const one of page.found) tally(sums, one, by);
    after = page.next;
    await nextTurn();
  } while (after !== undefined && !facts.closed.aborted);
  const hours = await facts.hours({ since, until });
  const spanMs = until - since;
  const rows = [...sums.byKey]
    .map(([key, sum]) => rowOf(key, sum, by === "hour" ? HOUR_MS : spanMs))
    .toSorted((a, b) => (by === "hour" ? (a.key ?? "").localeCompare(b.key ?? "") : b.runs - a.runs));
  const shown = by === "hour" ? rows.slice(-ROWS_AT_MOST) : rows.slice(0, ROWS_AT_MOST);
  return {
    since,
    until,
    total: withSlots(rowOf(null, sums.total, spanMs), hours),
    rows: by === "hour" ? shown.map((row) => withSlots(row, ofHour(hours, row.key))) : shown,
    more: rows.length - shown.length + sums.unlisted.size,
  };
}

/** An average is of the hour in which it ends. */
function ofHour(hours: readonly HostPoint[], key: string | null): HostPoint[] {
  return hours.filter(({ at }) => hourOf(at) === key);
}

function withSlots(row: StatsRow, hours: readonly HostPoint[]): StatsRow {
  if (hours.length === 0) return row;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const totals = hours.flatMap(({ slotsTotal }) => (slotsTotal === null ? [] : [slotsTotal]));
  const slotsTotal = totals.length < hours.length ? null : mean(totals);
  return { ...row, slotsUsed: mean(hours.map(({ slotsUsed }) => slotsUsed)), slotsTotal };
}
