/** Finds matching lines in blocks of whole lines, and counts those that it passes. */
import { type Excerpt, excerptOf } from "./excerpt.ts";
import type { Pattern } from "./pattern.ts";

/** `offset` is where the line begins, `line` counts from 1. */
export type LineMatch = Excerpt & { offset: number; line: number };

/** Where a search stands: the next line, or further on in a long one, which begins at `begin`. */
export type At = { offset: number; line: number; begin?: number };

/** A block of whole lines, the last one perhaps without its newline; or a part of a long line, which `goesOn`. */
export type Block = At & { bytes: Buffer; goesOn?: boolean };

/** Told of a match, or that a line did not match. @returns whether to stop after that line */
export type OnLine = (match: LineMatch | undefined) => boolean;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** @returns where it goes on; `stopped` when `onLine` said so */
export function searchLines(
  pattern: Pattern,
  { bytes, offset, line, begin = offset, goesOn = false }: Block,
  onLine: OnLine,
): At & { stopped: boolean } {
  const ends = { offset: offset + bytes.length, line: line + countLines(bytes) };
  if (!pattern.mayMatch(bytes)) return { ...ends, stopped: false };
  let number = line;
  for (let from = 0; from < bytes.length; number += 1) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline === -1 ? bytes.length : newline;
    const found = excerptOf(lineText(bytes, from, end), pattern.expression);
    const isFirst = from === 0;
    const match = found && {
      ...found,
      cut: { before: found.cut.before || (isFirst && begin < offset), after: found.cut.after || goesOn },
      offset: isFirst ? begin : offset + from,
      line: number,
    };
    from = end + 1;
    if (onLine(match)) return { offset: offset + Math.min(from, bytes.length), line: number + 1, stopped: true };
  }
  return { ...ends, stopped: false };
}

/** A line that ends with CR LF ends before both. */
function lineText(bytes: Buffer, from: number, end: number): string {
  const last = end > from && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
  return bytes.toString("utf8", from, last);
}

export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
