/** Cuts and pads text by the columns it takes on a terminal. */
import { eastAsianWidth } from "get-east-asian-width";

const ASCII = /^[\u0020-\u007e]*$/;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
/** Takes no room of its own: combining marks, joiners and other invisible characters. */
const NO_WIDTH = /^[\p{Mark}\p{Format}\p{Control}]/u;

/** Columns on a terminal. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) width += characterWidth(segment);
  return width;
}

/** @param character as people see it: with its accents, or several emoji joined to one */
function characterWidth(character: string): number {
  if (EMOJI.test(character)) return 2;
  return NO_WIDTH.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0);
}

/** At most `width` columns; what is cut shows as an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return "";
  let out = "";
  let left = width - 1;
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, width * 20))) {
    left -= widthOf(segment);
    if (left < 0) break;
    out += segment;
  }
  return `${out}…`;
}

export function pad(text: string, width: number, align: "left" | "right"): string {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "left" ? text + blanks : blanks + text;
}
