/** The columns of the table as data, and how the width of the terminal is shared among them. */
import type { SortKey } from "../keys.ts";
import type { Align } from "./text.ts";

export type ColumnId = Exclude<SortKey, "attention"> | "age" | "reason" | "cpuCourse" | "memoryCourse";

export type Column = {
  id: ColumnId;
  title: string;
  align: Align;
  /** Columns of the terminal that it takes at least. */
  min: number;
  /** Its part of what is left, and how wide it gets at most. */
  grow?: { share: number; max: number };
  /** Shown from this width of the terminal on. */
  from: number;
  /** Only when some task has one. */
  use?: keyof Uses;
  /** Stands right behind this one, and says nothing without it. */
  behind?: ColumnId;
};

export type Uses = { labels: boolean; groups: boolean; priorities: boolean; attempts: boolean };
/** `gap` is the blanks before it. */
export type PlacedColumn = Column & { width: number; gap: number };
/** `turn` counts how often the other columns were asked for. */
export type ColumnFacts = { uses: Uses; idDigits: number; turn?: number };
export type Placing = {
  columns: readonly PlacedColumn[];
  /** How many more there are to see. */
  others: number;
};

export const COLUMNS: readonly Column[] = [
  { id: "state", title: "STATE", align: "left", min: 11, from: 0 },
  { id: "id", title: "ID", align: "right", min: 3, from: 0 },
  { id: "group", title: "GROUP", align: "left", min: 8, grow: { share: 1, max: 16 }, from: 96, use: "groups" },
  { id: "priority", title: "PRIO", align: "right", min: 4, from: 104, use: "priorities" },
  { id: "attempt", title: "TRY", align: "right", min: 3, from: 100, use: "attempts" },
  { id: "age", title: "AGE", align: "right", min: 6, from: 132 },
  { id: "time", title: "TIME", align: "right", min: 6, from: 1 },
  { id: "cpu", title: "CPU%", align: "right", min: 5, from: 56 },
  { id: "cpuCourse", title: "", align: "left", min: 7, from: 90, behind: "cpu" },
  { id: "memory", title: "MEM", align: "right", min: 5, from: 62 },
  { id: "memoryCourse", title: "", align: "left", min: 7, from: 112, behind: "memory" },
  { id: "label", title: "LABEL", align: "left", min: 8, grow: { share: 5, max: 32 }, from: 56, use: "labels" },
  { id: "command", title: "COMMAND", align: "left", min: 10, grow: { share: 5, max: 10_000 }, from: 0 },
  { id: "reason", title: "REASON", align: "left", min: 12, grow: { share: 4, max: 60 }, from: 66 },
];

/** Between two columns, where there is room for it. */
const GAP = 2;
/** Before the first. */
export const MARGIN = 1;

/** Those of the width; with each turn some of those that it left out, beside what tells the tasks apart. */
export function placeColumns(width: number, { uses, idDigits, turn = 0 }: ColumnFacts): Placing {
  const used = COLUMNS.filter(({ use }) => use === undefined || uses[use]);
  const place = (columns: readonly Column[]) => columns.map((column) => placed(column, width, idDigits));
  const wanted = place(used.filter(({ from }) => width >= from));
  while (roomLeft(wanted, width) < 0) {
    // Long ids take more room than planned for: what is wanted least goes.
    const last = Math.max(...wanted.map(({ from }) => from));
    if (last === 0) break;
    wanted.splice(
      wanted.findIndex(({ from }) => from === last),
      1,
    );
  }
  const first = wanted.map(({ id }) => id);
  const sets = [first, ...otherSets(place(used), first, width)];
  const shown = sets[turn % sets.length] ?? first;
  const columns = place(used.filter(({ id }) => shown.includes(id)));
  return { columns: grow(columns, roomLeft(columns, width)), others: used.length - shown.length };
}

/** Those that the first set leaves out, in as few sets as there is room for. */
function otherSets(all: readonly PlacedColumn[], first: readonly ColumnId[], width: number): ColumnId[][] {
  const name: ColumnId = all.some(({ id }) => id === "label") ? "label" : "command";
  const fixed: ColumnId[] = ["state", "id", name];
  const fits = (ids: readonly ColumnId[]) =>
    roomLeft(
      all.filter(({ id }) => ids.includes(id)),
      width,
    ) >= 0;
  const sets: ColumnId[][] = [];
  for (const { id, behind } of all) {
    if (first.includes(id)) continue;
    const more = behind === undefined ? [id] : [behind, id];
    const last = sets.at(-1);
    if (last !== undefined && fits([...last, ...more])) last.push(...more);
    else sets.push([fixed, ["id" as const]].map((base) => [...base, ...more]).find(fits) ?? more);
  }
  return sets;
}

function placed(column: Column, width: number, idDigits: number): PlacedColumn {
  return {
    ...column,
    width: column.id === "id" ? Math.max(column.min, idDigits) : column.min,
    // Narrow terminals cannot afford two blanks.
    gap: width < 130 || column.behind !== undefined ? 1 : GAP,
  };
}

/** The first needs no gap, and one column stays free at the right edge. */
function roomLeft(columns: readonly PlacedColumn[], width: number): number {
  return width - columns.reduce((sum, column) => sum + column.width + column.gap, MARGIN + 1 - (columns[0]?.gap ?? 0));
}

/** Shares out what is left; what a column may not take goes to the others, the last of them at the end. */
function grow(columns: readonly PlacedColumn[], left: number): PlacedColumn[] {
  const open = columns.filter((column) => column.grow !== undefined && column.width < column.grow.max);
  const shares = open.reduce((sum, column) => sum + (column.grow?.share ?? 0), 0);
  if (left <= 0 || shares === 0) return [...columns];
  let rest = left;
  const grown = columns.map((column) => {
    if (column.grow === undefined || !open.includes(column)) return column;
    const more = Math.min(Math.floor((left * column.grow.share) / shares), column.grow.max - column.width);
    rest -= more;
    return { ...column, width: column.width + more };
  });
  const last = open.at(-1);
  if (rest === left) {
    return columns.map((column) => (column.id === last?.id ? { ...column, width: column.width + left } : column));
  }
  return grow(grown, rest);
}
