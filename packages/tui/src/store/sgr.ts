/** Reads the colours (SGR sequences) of a text into styled pieces, keeping only what is harmless. */

/** A piece of text with the SGR parameters that draw it, canonical and complete. */
export type StyledText = { text: string; sgr: readonly string[] };

/** The pen as it stands; lines hand it on to the next. */
export type InkState = { marks: ReadonlySet<string>; fg: string | null; bg: string | null };

export const plainInk: InkState = { marks: new Set(), fg: null, bg: null };

/** Bold, dim, italic, underline, inverse, struck; blinking and concealed text stay plain. */
const MARKS: ReadonlySet<string> = new Set(["1", "2", "3", "4", "7", "9"]);
/** Which marks a parameter ends. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  22: ["1", "2"],
  23: ["3"],
  24: ["4"],
  27: ["7"],
  29: ["9"],
};

/** Splits the text at its SGR sequences. It holds no other escape sequence. */
export function readSgr(text: string, start: InkState): { pieces: StyledText[]; ink: InkState } {
  const pieces: StyledText[] = [];
  let ink = start;
  let from = 0;
  // oxlint-disable-next-line no-control-regex -- SGR starts with ESC
  for (const match of text.matchAll(/\u001b\[([\d;:]*)m/g)) {
    add(pieces, text.slice(from, match.index), ink);
    ink = applySgr(ink, match[1] ?? "");
    from = match.index + match[0].length;
  }
  add(pieces, text.slice(from), ink);
  return { pieces, ink };
}

function add(pieces: StyledText[], text: string, ink: InkState): void {
  if (text !== "") pieces.push({ text, sgr: sgrOf(ink) });
}

function sgrOf({ marks, fg, bg }: InkState): string[] {
  return [...marks, ...(fg === null ? [] : [fg]), ...(bg === null ? [] : [bg])];
}

function applySgr(start: InkState, parameters: string): InkState {
  const codes = parameters
    .replaceAll(":", ";")
    .split(";")
    .map((code) => String(Number(code)));
  let ink = start;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? "0";
    if (code === "38" || code === "48") {
      const { color, used } = wideColor(codes.slice(at));
      ink = code === "38" ? { ...ink, fg: color } : { ...ink, bg: color };
      at += used;
    } else ink = applyCode(ink, code);
  }
  return ink;
}

/** `38;5;n` and `38;2;r;g;b`; anything else is taken as no colour. */
function wideColor(codes: readonly string[]): { color: string | null; used: number } {
  const length = codes[1] === "5" ? 3 : codes[1] === "2" ? 5 : 2;
  const numbers = codes.slice(1, length).map(Number);
  const valid = length > 2 && numbers.length === length - 1 && numbers.every((number) => number <= 255);
  return { color: valid ? codes.slice(0, length).join(";") : null, used: length - 1 };
}

function applyCode(ink: InkState, code: string): InkState {
  const number = Number(code);
  if (code === "0") return plainInk;
  if (MARKS.has(code)) return { ...ink, marks: new Set([...ink.marks, code]) };
  const ended = ENDS[code];
  if (ended !== undefined) return { ...ink, marks: new Set([...ink.marks].filter((mark) => !ended.includes(mark))) };
  if ((number >= 30 && number <= 37) || (number >= 90 && number <= 97)) return { ...ink, fg: code };
  if ((number >= 40 && number <= 47) || (number >= 100 && number <= 107)) return { ...ink, bg: code };
  if (code === "39") return { ...ink, fg: null };
  return code === "49" ? { ...ink, bg: null } : ink;
}
