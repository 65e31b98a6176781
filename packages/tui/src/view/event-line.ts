/** An event as a line. */
import type { EventRow } from "../store/recent.ts";
import type { Look } from "../theme.ts";
import { line, span, type Line } from "./line.ts";
import { steadyLine } from "./text.ts";

export function eventLine({ seq, at, words, style }: EventRow, { withSeq }: { look: Look; withSeq: boolean }): Line {
  const number = withSeq ? [span(` ${String(seq).padStart(7)} `, "dim")] : [span(" ")];
  return line(...number, span(` ${timeText(at)}  `, "dim"), span(steadyLine(words), style));
}

/** `08:04:20`, in local time. */
export function timeText(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
