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
};

export type Uses = { labels: boolean; groups: boolean; priorities: boolean; attempts: boolean };
export type PlacedColumn = Column & { width: number };

export const COLUMNS: readonly Column[] = [
  { id: "state", title: "STATE", align: "left", min: 11, from: 0 },
  { id: "id", title: "ID", align: "right", min: 3, from: 0 },
  { id: "group", title: "GROUP", align: "left", min: 8, grow: { share: 1, max: 16 }, from: 96, use: "groups" },
  { id: "priority", title: "PRIO", align: "right", min: 4, from: 104, use: "priorities" },
  { id: "attempt", title: "TRY", align: "right", min: 3, from: 100, use: "attempts" },
  { id: "age", title: "AGE", align: "right", min: 6, from: 116 },
  { id: "time", title: "TIME", align: "right", min: 6, from: 1 },
  { id: "cpu", title: "CPU%", align: "right", min: 5, from: 56 },
  { id: "cpuCourse", title: "", align: "left", min: 8, from: 90 },
  { id: "memory", title: "MEM", align: "right", min: 5, from: 62 },
  { id: "memoryCourse", title: "", align: "left", min: 8, from: 112 },
  { id: "label", title: "LABEL", align: "left", min: 8, grow: { share: 4, max: 28 }, from: 56, use: "labels" },
  { id: "command", title: "COMMAND", align: "left", min: 10, grow: { share: 5, max: 10_000 }, from: 0 },
  { id: "reason", title: "REASON", align: "left", min: 12, grow: { share: 4, max: 60 }, from: 66 },
];

/** Between two columns. */
export const GAP = 2;
/** Before the first. */
export const MARGIN = 1;

export function placeColumns(width: number, facts: { uses: Uses; idDigits: number }): PlacedColumn[] {
  const wanted = COLUMNS.filter(({ from, use }) => width >= from && (use === undefined || facts.uses[use]));
  const columns = wanted.map((column) => ({
    ...column,
    width: column.id === "id" ? Math.max(column.min, facts.idDigits) : column.min,
  }));
  const gap = gapOf(width);
  for (;;) {
    const left = width - columns.reduce((sum, column) => sum + column.width + gap, MARGIN + 1 - gap);
    const last = Math.max(...columns.map(({ from }) => from));
    if (left >= 0 || last === 0) return grow(columns, left);
    // Long ids take more room than planned for: what is wanted least goes.
    columns.splice(
      columns.findIndex(({ from }) => from === last),
      1,
    );
  }
}

/** Narrow terminals cannot afford two blanks. */
export function gapOf(width: number): number {
  return width < 100 ? 1 : GAP;
}

/** Shares out what is left; what a column may not take goes to the others, the command last of all. */
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
  if (rest === left)
    return columns.map((column) => (column.id === "command" ? { ...column, width: column.width + left } : column));
  return grow(grown, rest);
}
