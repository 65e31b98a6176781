/** Lays rows out in columns that fit the terminal; without a terminal nothing is cut. */
import { oneLine } from "@claudine/protocol/text";
import { cut, pad, widthOf } from "./fit.ts";
import { type Color, paint } from "./paint.ts";

export type Column<Row> = {
  title: string;
  align?: "left" | "right";
  /** May be made narrower, down to so many columns. */
  shrinksTo?: number;
  text(row: Row): string;
  color?(row: Row): Color | undefined;
};

export type Layout = { width: number; color: boolean };

const GAP = "  ";

/** @returns lines, the titles first */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], layout: Layout): string[] {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.text(row))));
  const widths = fitWidths(columns, cells, layout.width);
  const line = (texts: readonly string[], colors: readonly (Color | undefined)[]) =>
    texts
      .map((text, index) => {
        const width = widths[index] ?? 0;
        const last = index === columns.length - 1 && columns[index]?.align !== "right";
        const fitted = cut(text, width);
        return paint(last ? fitted : pad(fitted, width, columns[index]?.align ?? "left"), colors[index], layout.color);
      })
      .join(GAP)
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      columns.map(() => "bold"),
    ),
    ...cells.map((texts, index) =>
      line(
        texts,
        columns.map((column) => colorOf(column, rows[index])),
      ),
    ),
  ];
}

function colorOf<Row>(column: Column<Row>, row: Row | undefined): Color | undefined {
  return row === undefined ? undefined : column.color?.(row);
}

function fitWidths<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  total: number,
): number[] {
  const widths = columns.map(({ title }, index) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[index] ?? "")), widthOf(title)),
  );
  let over = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1) - total;
  // The widest gives first, so that short texts stay whole as long as possible.
  while (over > 0) {
    const widest = indexOfWidest(columns, widths);
    if (widest === -1) break;
    const next = Math.max(
      columns[widest]?.shrinksTo ?? 0,
      ...widths.filter(
        (width, index) => index !== widest && canShrink(columns[index], width) && width < (widths[widest] ?? 0),
      ),
    );
    const step = Math.min(over, Math.max(1, (widths[widest] ?? 0) - next));
    widths[widest] = (widths[widest] ?? 0) - step;
    over -= step;
  }
  return widths;
}

function indexOfWidest<Row>(columns: readonly Column<Row>[], widths: readonly number[]): number {
  let best = -1;
  for (const [index, width] of widths.entries()) {
    if (canShrink(columns[index], width) && width > (widths[best] ?? 0)) best = index;
  }
  return best;
}

function canShrink<Row>(column: Column<Row> | undefined, width: number): boolean {
  return column?.shrinksTo !== undefined && width > column.shrinksTo;
}
