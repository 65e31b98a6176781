/** Turns the bytes of a task's output into lines that are safe to show: colours stay, everything else that moves a terminal goes. */
import { safeLog } from "@claudine/protocol/text";
import { plainInk, readSgr, type InkState, type StyledText } from "./sgr.ts";

export type Stream = "stdout" | "stderr";
export type LogLine = { stream: Stream; text: readonly StyledText[] };

/** More of one line is not kept. */
const LONGEST_LINE = 8192;
const TAB = 8;

// oxlint-disable-next-line no-control-regex -- escape sequences are what this is about
const CSI = /\u001b\[[0-?]*[ -/]*[@-~]/g;
// oxlint-disable-next-line no-control-regex -- as above
const COLOUR = /^\u001b\[[\d;:]*m$/;
// Strings for the terminal (titles, links, images), then sequences of two characters.
// oxlint-disable-next-line no-control-regex -- as above
const OTHERS = /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-OQ-WYZ\\`-~]/g;

/** One stream of one run, cut into lines as it comes. */
export class LogText {
  readonly #stream: Stream;
  #decoder = new TextDecoder();
  #open = "";
  #ink: InkState = plainInk;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** @returns the lines that are complete now */
  push(bytes: Uint8Array): LogLine[] {
    const parts = (this.#open + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#open = shorten(parts.pop() ?? "");
    return parts.map((part) => {
      const { pieces, ink } = readLine(part, this.#ink);
      this.#ink = ink;
      return { stream: this.#stream, text: pieces };
    });
  }

  /** What stands after the last newline, if anything. */
  open(): LogLine | undefined {
    if (this.#open === "") return undefined;
    return { stream: this.#stream, text: readLine(this.#open, this.#ink).pieces };
  }
}

/** An endless line without newlines (a progress bar) keeps only what its last carriage return left. */
function shorten(open: string): string {
  if (open.length <= LONGEST_LINE) return open;
  const lastReturn = open.lastIndexOf("\r", open.length - 2);
  return lastReturn > 0 ? open.slice(lastReturn + 1).slice(0, LONGEST_LINE) : open.slice(0, LONGEST_LINE);
}

function readLine(raw: string, ink: InkState): { pieces: StyledText[]; ink: InkState } {
  const visible = afterReturns(raw.slice(0, LONGEST_LINE));
  const bare = visible.replace(CSI, (sequence) => (COLOUR.test(sequence) ? sequence : "")).replace(OTHERS, "");
  return readSgr(expandTabs(safeLog(afterBackspaces(bare))), ink);
}

/** A carriage return starts the line again, as on a terminal. */
function afterReturns(text: string): string {
  const trimmed = text.replace(/\r+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

function afterBackspaces(text: string): string {
  // oxlint-disable-next-line no-control-regex -- overstriking as in manual pages
  return text.includes("\b") ? text.replace(/[^\b]\u0008/g, "") : text;
}

/** Good enough for indentation; a tab behind wide characters may be a column off. */
function expandTabs(text: string): string {
  if (!text.includes("\t")) return text;
  let column = 0;
  // oxlint-disable-next-line no-control-regex -- as above
  return text.replace(/\t|\u001b\[[\d;:]*m|[^\t]/gu, (piece) => {
    if (piece.length > 1 && piece.startsWith("\u001b")) return piece;
    const blanks = piece === "\t" ? TAB - (column % TAB) : 1;
    column += blanks;
    return piece === "\t" ? " ".repeat(blanks) : piece;
  });
}
