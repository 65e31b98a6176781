/** Courses of numbers as little charts of one line. */
import type { Look } from "../theme.ts";

/** The newest values at the right edge, exactly `width` columns; `top` is the value of a full column. */
export function sparkline(
  values: readonly number[],
  width: number,
  { look, top }: { look: Look; top?: number },
): string {
  if (width <= 0) return "";
  const shown = values.slice(-width);
  const most = top ?? Math.max(...shown, 0);
  return " ".repeat(width - shown.length) + shown.map((value) => column(value, most, look)).join("");
}

/** A steady course at the fifth of eight steps, and not between two of them, where a little noise would look like much. */
const MORE_THAN_MEAN = 7 / 4;

/** So that a steady course does not look like a full one. */
export function steadyTop(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return Math.max(0, ...values, values.length === 0 ? 0 : (MORE_THAN_MEAN * sum) / values.length);
}

function column(value: number, most: number, { glyphs: { spark } }: Look): string {
  if (!(most > 0) || !(value > 0)) return spark[0] ?? " ";
  const step = Math.round((Math.min(value, most) / most) * (spark.length - 1));
  return spark[step] ?? spark.at(-1) ?? " ";
}

/** As many values as there are columns, each the greatest of its part. */
export function thinned(values: readonly number[], width: number): number[] {
  if (values.length <= width || width <= 0) return [...values];
  return Array.from({ length: width }, (_, index) => {
    const from = Math.floor((index * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / width));
    return Math.max(...values.slice(from, to));
  });
}

/** A chart of several lines, highest first, of exactly `width` columns. */
export function chart(
  values: readonly number[],
  size: { width: number; rows: number },
  options: { look: Look; top: number },
): string[] {
  const { width, rows } = size;
  const { look, top } = options;
  const shown = thinned(values, width);
  return Array.from({ length: rows }, (_, index) => {
    const floor = ((rows - 1 - index) * top) / rows;
    const cells = shown.map((value) =>
      index < rows - 1 && value <= floor ? " " : column(value - floor, top / rows, look),
    );
    return cells.join("").padStart(width);
  });
}
