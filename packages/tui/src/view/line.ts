/** A line of the screen as data, and how it becomes text for the terminal. */
import type { Look, StyleName } from "../theme.ts";
import { asciiOnly, head, widthOf } from "./text.ts";

/** `sgr` holds the parameters of colours that a task's output asked for. */
export type Span = { text: string; style?: StyleName; sgr?: readonly string[]; selected?: boolean };
export type Line = { spans: readonly Span[]; selected?: boolean };

export const BLANK: Line = { spans: [] };

export function line(...spans: readonly Span[]): Line {
  return { spans };
}

export function span(text: string, style: StyleName = "plain"): Span {
  return { text, style };
}

export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** As many spans as fit, the last one cut. */
export function fitSpans(spans: readonly Span[], width: number, mark: string): Span[] {
  if (spansWidth(spans) <= width) return [...spans];
  const kept: Span[] = [];
  let left = width - widthOf(mark);
  for (const one of spans) {
    const wide = widthOf(one.text);
    kept.push(wide <= left ? one : { ...one, text: head(one.text, left) });
    left -= wide;
    if (left <= 0) break;
  }
  return width <= 0 ? [] : [...kept, { ...kept.at(-1), text: mark }];
}

/** Left spans at the left edge, right ones at the right edge; the right ones go first when there is no room. */
export function spread(left: readonly Span[], right: readonly Span[], options: { width: number; mark: string }): Line {
  const room = options.width - spansWidth(left) - spansWidth(right);
  if (room >= 2) return { spans: [...left, span(" ".repeat(room)), ...right] };
  return { spans: fitSpans(left, options.width, options.mark) };
}

// oxlint-disable-next-line no-control-regex -- the last place where a control character could slip through
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** The line with its colours as SGR sequences, every one closed. The only place where escape sequences are made. */
export function paint({ spans, selected }: Line, look: Look): string {
  const inside = spans.map((one) => {
    const text = one.text.replace(CONTROL, "?");
    const shown = look.ascii ? asciiOnly(text) : text;
    const codes = (selected ?? one.selected) === true ? look.styles.inverse : codesOf(one, look);
    return codes.length === 0 || shown === ""
      ? shown
      : `${codes.map((code) => `\u001b[${code}m`).join("")}${shown}\u001b[0m`;
  });
  return inside.join("");
}

function codesOf({ style, sgr }: Span, look: Look): readonly string[] {
  if (sgr === undefined) return look.styles[style ?? "plain"];
  return look.color ? sgr : sgr.filter((code) => code.length === 1);
}

/** Two lines side by side, the left one exactly `width` columns. */
export function beside(left: Line, right: Line, { width, look }: { width: number; look: Look }): Line {
  const { ellipsis, side } = look.glyphs;
  const spans = fill(left, width, ellipsis).spans.map((one) =>
    left.selected === undefined ? one : { ...one, selected: left.selected },
  );
  return { spans: [...spans, span(side, "dim"), ...right.spans] };
}

/** The same line, cut or filled so that a coloured background reaches the right edge. */
export function fill(one: Line, width: number, mark: string): Line {
  const spans = fitSpans(one.spans, width, mark);
  const blanks = width - spansWidth(spans);
  return { ...one, spans: blanks > 0 ? [...spans, span(" ".repeat(blanks))] : spans };
}
