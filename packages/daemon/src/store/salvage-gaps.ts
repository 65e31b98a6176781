/** Records between two damaged places: what was reached from neither end is halved, the largest piece first. */
import type { Key } from "lmdb";
import { openTables } from "./open.ts";
import { tableOf } from "./table-of.ts";
import { readHead } from "./valid.ts";
import type { CopyElsewhere, CopyJob, TableName } from "./salvage.ts";

/** Tables whose keys are, or begin with, numbers that are given one after the other. */
type Numbered = Extract<TableName, "live" | "finished" | "journal" | "runs">;
/** What was reached from neither side: all numbers between the two. */
type Gap = { after: number; before: number };
type Copying = Pick<CopyJob, "from" | "to"> & { table: Numbered };
/** One way into a gap, up or down from its middle. */
type Way = { first: number; end: number; reverse: boolean };

/** Each looks into the middle of a gap, by up to four processes. */
const PROBES_AT_MOST = 30;
/** Fewer are most likely on the damaged page itself. */
const WORTH_IT = 16;
const PIECE = 200;

export function isNumbered(table: TableName): table is Numbered {
  return table === "live" || table === "finished" || table === "journal" || table === "runs";
}

/** The last number in the copy, 0 when there is none. */
export async function lastCopied({ to, table }: Copying): Promise<number> {
  return (await outermost({ to, table }, { after: -1, before: Infinity })).last ?? 0;
}

/** Copies what it finds behind `after`, which the copy from the front came to. */
export async function copyGaps(copying: Copying, after: number, copy: CopyElsewhere): Promise<void> {
  const { first: next } = await outermost(copying, { after, before: Infinity });
  const gaps: Gap[] = [{ after, before: next ?? (await nextToGive(copying)) }];
  for (let probes = 0; probes < PROBES_AT_MOST; probes += 1) {
    const gap = gaps.toSorted((a, b) => widthOf(b) - widthOf(a))[0];
    if (gap === undefined || widthOf(gap) < WORTH_IT) return;
    gaps.splice(gaps.indexOf(gap), 1, ...(await probe(copying, gap, copy)));
  }
}

/** By the counters, which are among the first that are copied; without them nothing is looked for behind the last found. */
async function nextToGive({ to, table }: Copying): Promise<number> {
  const tables = openTables(to, { upgrade: false });
  const head = readHead(tables);
  await tables.root.close();
  if (typeof head === "string") return 0;
  return table === "journal" ? head.lastSeq + 1 : head.nextId;
}

function widthOf({ after, before }: Gap): number {
  return before - after - 1;
}

/** Copies up and down from the middle. @returns what is left */
async function probe(copying: Copying, { after, before }: Gap, copy: CopyElsewhere): Promise<Gap[]> {
  const middle = Math.ceil((after + before) / 2);
  const left: Gap[] = [];
  if (!copyWay(copying, { first: middle, end: before, reverse: false }, copy)) {
    const { last } = await outermost(copying, { after: middle - 1, before });
    left.push({ after: last ?? middle - 1, before });
  }
  if (!copyWay(copying, { first: middle - 1, end: after, reverse: true }, copy)) {
    const { first } = await outermost(copying, { after, before: middle });
    left.push({ after, before: first ?? middle });
  }
  return left;
}

/** In pieces first, as each commit takes time; then one by one up to the damage. @returns whether there was none */
function copyWay(copying: Copying, { first, end, reverse }: Way, copy: CopyElsewhere): boolean {
  // Of a task's runs the first is wanted from either side.
  const range = { start: keyOf(copying.table, first, reverse), end: keyOf(copying.table, end, reverse) };
  const pieces = Math.abs(end - first) > PIECE ? [PIECE, 1] : [1];
  return pieces.some((piece) => copy({ ...copying, reverse, piece, range }));
}

function keyOf(table: Numbered, number: number, last: boolean): Key {
  return table === "runs" ? [number, last ? 2 ** 31 : 0] : number;
}

/** The first and the last number that the copy has in a gap. */
async function outermost(
  { to, table }: Pick<Copying, "to" | "table">,
  { after, before }: Gap,
): Promise<{ first: number | undefined; last: number | undefined }> {
  const tables = openTables(to, { upgrade: false });
  const start = keyOf(table, after + 1, false);
  const end = before === Infinity ? {} : { end: keyOf(table, before, false) };
  const first = numbersOf(tableOf(tables, table).getKeys({ start, ...end, limit: 1 }))[0];
  const from = before === Infinity ? {} : { start: keyOf(table, before - 1, true) };
  const last = numbersOf(tableOf(tables, table).getKeys({ ...from, reverse: true, limit: 1 }))[0];
  await tables.root.close();
  return { first, last: last !== undefined && last > after ? last : undefined };
}

function numbersOf(keys: Iterable<Key>): number[] {
  return [...keys].map((key) => Number(Array.isArray(key) ? key[0] : key));
}
