/** The sections of the table: where each begins, and which line of the table stands where. */
import type { StyleName } from "../theme.ts";
import type { Entry, Section } from "./order.ts";

export type Heading = { title: string; style: StyleName; start: number; count: number };
export type Place = { kind: "heading"; heading: Heading } | { kind: "task"; index: number };

const ATTENTION: Readonly<Record<number, { title: string; style: StyleName }>> = {
  0: { title: "failed, not yet seen", style: "bad" },
  1: { title: "needs attention", style: "warn" },
  2: { title: "running", style: "good" },
  3: { title: "waiting", style: "info" },
  4: { title: "done", style: "dim" },
};

/** One for each run of equal sections; the entries are in their order. */
export function headingsOf(entries: readonly Entry[]): Heading[] {
  const headings: Heading[] = [];
  let before: Section | undefined;
  for (const [index, { section }] of entries.entries()) {
    const last = headings.at(-1);
    if (last !== undefined && section === before) last.count += 1;
    else headings.push({ ...wordsFor(section), start: index, count: 1 });
    before = section;
  }
  return headings;
}

function wordsFor(section: Section): { title: string; style: StyleName } {
  if (typeof section === "string") return { title: `group ${section}`, style: "info" };
  return ATTENTION[section] ?? { title: "", style: "dim" };
}

/** On which line of the table the task stands, headings counted. */
export function lineOf(headings: readonly Heading[], index: number): number {
  return index + headings.filter(({ start }) => start <= index).length;
}

/** What stands on the lines from `from` up to but not `to`. */
export function placesIn(headings: readonly Heading[], total: number, range: { from: number; to: number }): Place[] {
  const to = Math.min(range.to, total + headings.length);
  return Array.from({ length: Math.max(0, to - range.from) }, (_, index) => placeAt(headings, range.from + index));
}

function placeAt(headings: readonly Heading[], line: number): Place {
  const above = headings.findLastIndex(({ start }, ordinal) => start + ordinal <= line);
  const heading = headings[above];
  if (heading === undefined) return { kind: "task", index: line };
  return heading.start + above === line ? { kind: "heading", heading } : { kind: "task", index: line - above - 1 };
}
