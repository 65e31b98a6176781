/** The log pane: its title line and the lines of output that are to be seen. */
import type { LogLine } from "../store/log-text.ts";
import type { Look } from "../theme.ts";
import { fitSpans, line, span, spansWidth, spread, type Line, type Span } from "./line.ts";
import { steady, head, widthOf } from "./text.ts";

/** Where lines come from; numbers count from the first that was ever read. */
export type LogSource = { range: { first: number; end: number }; slice(from: number, to: number): LogLine[] };
export type LogRoom = { rows: number; columns: number; wrap: boolean; look: Look };

/** Nobody reads further into a line than this many rows. */
const MOST_ROWS = 20;
const GUTTER = 2;

/** The first line to show so that the last one stands at the foot. */
export function endTop(source: LogSource, room: LogRoom): number {
  const { first, end } = source.range;
  if (!room.wrap) return Math.max(first, end - room.rows);
  let rows = 0;
  let top = end;
  while (top > first && rows < room.rows) {
    top -= 1;
    rows += source.slice(top, top + 1).reduce((sum, one) => sum + layLine(one, room).length, 0);
  }
  return top;
}

/** The lines from `top` on, or with null the last ones; always exactly `rows` many. */
export function logLines(source: LogSource, top: number | null, room: LogRoom): Line[] {
  const from = Math.max(source.range.first, top ?? endTop(source, room));
  const lines = source.slice(from, from + room.rows).flatMap((one) => layLine(one, room));
  const shown = top === null ? lines.slice(-room.rows) : lines.slice(0, room.rows);
  return [...shown, ...Array.from({ length: room.rows - shown.length }, () => line())];
}

function layLine({ stream, text }: LogLine, room: LogRoom): Line[] {
  const { glyphs } = room.look;
  const width = room.columns - GUTTER;
  const spans: Span[] = text.map((piece) => ({ text: steady(piece.text), sgr: piece.sgr }));
  const gutter = stream === "stderr" ? span(`${glyphs.stderr} `, "bad") : span("  ");
  const rows = room.wrap ? wrapSpans(spans, width) : [fitSpans(spans, width, glyphs.ellipsis)];
  return rows.map((row) => line(gutter, ...row));
}

function wrapSpans(spans: readonly Span[], width: number): Span[][] {
  const rows: Span[][] = [];
  let rest = [...spans];
  while (spansWidth(rest) > width && rows.length < MOST_ROWS) {
    const { start, end } = splitSpans(rest, width);
    rows.push(start);
    rest = end;
  }
  return [...rows, fitSpans(rest, width, "")];
}

function splitSpans(spans: readonly Span[], width: number): { start: Span[]; end: Span[] } {
  const start: Span[] = [];
  let left = width;
  for (const [index, one] of spans.entries()) {
    const wide = widthOf(one.text);
    if (wide > left) {
      const text = head(one.text, left);
      // At least one character has to go, or a wide one in a narrow pane would never end.
      const taken = text === "" && start.length === 0 ? ([...one.text][0] ?? "") : text;
      start.push({ ...one, text: taken });
      return { start, end: [{ ...one, text: one.text.slice(taken.length) }, ...spans.slice(index + 1)] };
    }
    start.push(one);
    left -= wide;
  }
  return { start, end: [] };
}

/** A rule with words in it: `── log of 12 · make all ─────── following ──`. */
export function titleRule(left: readonly Span[], right: readonly Span[], options: { width: number; look: Look }): Line {
  const { width, look } = options;
  const { rule, ellipsis } = look.glyphs;
  const tail = [...(right.length > 0 ? [span(" "), ...right, span(" ")] : []), span(rule.repeat(2), "dim")];
  const words = fitSpans(
    [span(`${rule} `, "dim"), ...left, span(" ")],
    Math.max(0, width - spansWidth(tail) - 2),
    ellipsis,
  );
  const filler = width - spansWidth(words) - spansWidth(tail);
  return filler < 0
    ? spread(words, [], { width, mark: ellipsis })
    : line(...words, span(rule.repeat(filler), "dim"), ...tail);
}
