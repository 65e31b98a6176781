/** Findings as words: the cells of one table, for the terminal and for the page. */
import { isMet, type Finding, type Unit } from "./row.ts";
import type { Spread } from "./stats.ts";

const TITLES = ["row", "what", "ours", "reference", "ratio", "goal", "met"] as const;

export function cellsOf(found: Finding): string[] {
  const { row, what, unit, ours, reference } = found;
  return [
    row,
    what,
    figureText(ours, unit),
    reference === undefined ? "" : `${reference.name}: ${figureText(reference.figure, unit)}`,
    reference === undefined ? "" : ratioText(reference.ratio),
    goalText(found),
    metText(isMet(found)),
  ];
}

/** Columns padded to their widest cell. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const lines = [TITLES, ...rows];
  const widths = TITLES.map((_, column) => Math.max(...lines.map((cells) => [...(cells[column] ?? "")].length)));
  const lineOf = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return lines.map((cells) => lineOf(cells).trimEnd()).join("\n");
}

export function markdownTable(rows: readonly (readonly string[])[]): string {
  const lineOf = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [lineOf(TITLES), `|${TITLES.map(() => "---").join("|")}|`, ...rows.map(lineOf)].join("\n");
}

function metText(met: boolean | undefined): string {
  if (met === undefined) return "";
  return met ? "yes" : "no";
}

function goalText({ goal, unit }: Finding): string {
  if (goal === undefined) return "";
  const limit = "atMost" in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
  return goal.of === "ratio" ? `${limit} ×` : `${limit} ${unit}`;
}

export function figureText({ median, low, high }: Spread, unit: Unit): string {
  return `${rounded(median)} ${unit} (${rounded(low)}–${rounded(high)})`;
}

function ratioText({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} × (${low.toFixed(2)}–${high.toFixed(2)})`;
}

function rounded(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
