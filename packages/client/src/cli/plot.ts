/** Draws figures over time as text. */
export type PlotPoint = { at: number; value: number };

export type PlotOptions = {
  width: number;
  height: number;
  ascii: boolean;
  /** Of the axis. */
  text(value: number): string;
  time(ms: number): string;
};

/** Eighths of a line; in ASCII thirds. */
const BLOCKS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const ASCII_BLOCKS = [" ", ".", ":", "#"];

/** @returns lines: the plot, its axis, and the times below it */
export function plot(points: readonly PlotPoint[], options: PlotOptions): string[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { height, ascii } = options;
  const most = Math.max(...points.map(({ value }) => value), 0);
  const labels = Array.from({ length: height }, (_, line) => (line === 0 ? options.text(most) : ""));
  const margin = Math.max(...labels.map(({ length }) => length), options.text(0).length) + 1;
  const columns = columnsOf(points, Math.max(10, options.width - margin - 2));
  const blocks = ascii ? ASCII_BLOCKS : BLOCKS;
  const rows = labels.map((label, line) => {
    const cells = columns.map((value) => blockOf({ value, most, line: height - 1 - line, height }, blocks));
    return `${label.padStart(margin)} ${ascii ? "|" : "│"}${cells.join("")}`.trimEnd();
  });
  const axis = (ascii ? "-" : "─").repeat(columns.length);
  const end = options.time(last.at - first.at);
  return [
    ...rows,
    `${options.text(0).padStart(margin)} ${ascii ? "+" : "└"}${axis}`,
    `${" ".repeat(margin + 2)}0${end.padStart(columns.length - 1)}`,
  ];
}

/** A point stands for the time since the one before; of several in a column the highest counts. */
function columnsOf(points: readonly PlotPoint[], width: number): number[] {
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const step = Math.max(1, to - from) / width;
  let next = 0;
  return Array.from({ length: width }, (_, column) => {
    const until = from + (column + 1) * step;
    let most = points[next]?.value ?? points.at(-1)?.value ?? 0;
    while (next < points.length && (points[next]?.at ?? 0) <= until) {
      most = Math.max(most, points[next]?.value ?? 0);
      next += 1;
    }
    return most;
  });
}

type Cell = { value: number; most: number; line: number; height: number };

/** What there is shows, however little. */
function blockOf({ value, most, line, height }: Cell, blocks: readonly string[]): string {
  if (most <= 0 || value <= 0) return " ";
  const levels = blocks.length - 1;
  const filled = Math.max(1, Math.round((value / most) * height * levels)) - line * levels;
  return blocks[Math.min(levels, Math.max(0, filled))] ?? " ";
}

/** A terminal that says what it takes, and that it is not UTF-8, gets ASCII. */
export function wantsAscii(env: NodeJS.ProcessEnv): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return locale !== "" && !/utf-?8/i.test(locale);
}
