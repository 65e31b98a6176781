/** What of a line is shown: the part around the first match, and where in it matches are. Pure. */

export type Excerpt = {
  text: string;
  /** From and to, in `text`. */
  spans: { from: number; to: number }[];
  cut: { before: boolean; after: boolean };
};

const CHARS_MAX = 400;
const CHARS_BEFORE = 100;
const SPANS_MAX = 50;

/** @param expression is global. Undefined when nothing matches. */
export function excerptOf(line: string, expression: RegExp): Excerpt | undefined {
  expression.lastIndex = 0;
  const first = expression.exec(line);
  if (first === null) return undefined;
  const from = line.length <= CHARS_MAX ? 0 : whole(line, Math.max(0, first.index - CHARS_BEFORE));
  const to = whole(line, Math.min(line.length, from + CHARS_MAX));
  const spans: Excerpt["spans"] = [];
  expression.lastIndex = 0;
  for (const { index, 0: matched } of line.matchAll(expression)) {
    if (index >= to && spans.length > 0) break;
    const end = Math.min(index + matched.length, to);
    if (spans.push({ from: Math.min(index, to) - from, to: end - from }) >= SPANS_MAX) break;
  }
  return { text: line.slice(from, to), spans, cut: { before: from > 0, after: to < line.length } };
}

/** Not in the middle of a character. */
function whole(line: string, at: number): number {
  const isSecondHalf = /[\udc00-\udfff]/.test(line.charAt(at)) && /[\ud800-\udbff]/.test(line.charAt(at - 1));
  return isSecondHalf ? at - 1 : at;
}
