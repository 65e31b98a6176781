/** Fits text into terminal columns, whatever scripts it is written in. */
import { oneLine } from "@claudine/protocol/text";
import stringWidth from "string-width";

/** Nobody can see more of one cell than this. */
const LONGEST_CELL = 1024;
const PRINTABLE_ASCII = /^[ -~]*$/;
// Terminals disagree about the width of joined emoji, so joiners, variation selectors, skin tones and keycaps go.
const UNSTEADY = /[\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\u20e3]/gu;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export type Align = "left" | "right";

/** One line without controls, of characters whose width every terminal agrees on. */
export function steadyLine(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text.slice(0, LONGEST_CELL) : steady(oneLine(text.slice(0, LONGEST_CELL)));
}

/** The same for text that has been made safe before. */
export function steady(text: string): string {
  return text.toWellFormed().normalize("NFC").replace(UNSTEADY, "");
}

export function widthOf(text: string): number {
  return stringWidth(text);
}

/** As much of the text as fits; a cut one ends with the mark. */
export function cut(text: string, width: number, mark: string): string {
  if (width <= 0) return "";
  if (PRINTABLE_ASCII.test(text)) return text.length <= width ? text : text.slice(0, width - mark.length) + mark;
  return widthOf(text) <= width ? text : head(text, width - mark.length) + mark;
}

/** Cut or filled with blanks to exactly `width` columns. */
export function fit(text: string, width: number, options: { align?: Align; mark: string }): string {
  const short = cut(text, width, options.mark);
  const blanks = " ".repeat(Math.max(0, width - widthOf(short)));
  return options.align === "right" ? blanks + short : short + blanks;
}

/** The longest start that fits into `width` columns. */
export function head(text: string, width: number): string {
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, Math.max(0, width));
  let used = 0;
  let result = "";
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    result += segment;
  }
  return result;
}

/** ASCII twins of the characters that the screen and the verbs write themselves. */
const TWINS: Readonly<Record<string, string>> = {
  "…": ".",
  "·": "|",
  "–": "-",
  "×": "x",
  "↑": "^",
  "↓": "v",
  "─": "-",
  "│": "|",
  "├": "|",
  "└": "`",
};

/** For terminals that draw ASCII only; keeps the width. */
export function asciiOnly(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  let result = "";
  for (const { segment } of segmenter.segment(text)) {
    result += PRINTABLE_ASCII.test(segment) ? segment : (TWINS[segment] ?? "?".repeat(widthOf(segment)));
  }
  return result;
}
