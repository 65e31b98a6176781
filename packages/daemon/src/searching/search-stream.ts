/** Searches one stream of a run from a place on, in memory of a fixed size. */
import type { OutputStream } from "../output/stream.ts";
import type { Pattern } from "./pattern.ts";
import { type At, countLines, type OnLine, searchLines } from "./search-lines.ts";

const READ_BYTES = 1_048_576;
/** A longer line is searched in parts that reach into each other: what is longer than this may be missed where two meet. */
const OVERLAP_BYTES = 65_536;
const NEWLINE = 0x0a;

export type StreamSearch = {
  pattern: Pattern;
  onLine: OnLine;
  /** Asked after each block. */
  isOver(): boolean;
  onBytes(count: number): void;
};

/** @returns where it goes on when it was stopped; undefined at the end */
export async function searchStream(stream: OutputStream, from: At, search: StreamSearch): Promise<At | undefined> {
  const reader = createBlocks(from);
  for (let at = from.offset; ;) {
    const piece = await stream.read(at, READ_BYTES);
    search.onBytes(piece.bytes.length);
    // What is left out ends a line.
    if ((piece.leftOut > 0 || piece.bytes.length === 0) && reader.flush(search)) return reader.at();
    if (piece.bytes.length === 0) return undefined;
    if (reader.take(piece.bytes, piece.offset, search)) return reader.at();
    at = piece.offset + piece.bytes.length;
    if (!reader.isInside() && search.isOver()) return reader.at();
  }
}

type Blocks = {
  /** @returns whether it was stopped */
  take(bytes: Buffer, offset: number, search: StreamSearch): boolean;
  /** The line without an end. */
  flush(search: StreamSearch): boolean;
  at(): At;
  /** Of a long line that has matched: it is not to match again, so nobody stops there. */
  isInside(): boolean;
};

/** Makes blocks of whole lines of what is read. */
function createBlocks(from: At): Blocks {
  let next: At = from;
  let held: Buffer = Buffer.alloc(0);
  /** The line that is held is longer than that, and a part of it has matched. */
  let isKnown = false;
  let stopsAfter = false;

  const search = (bytes: Buffer, { pattern, onLine }: StreamSearch): boolean => {
    const { stopped, ...at } = searchLines(pattern, { bytes, ...next }, onLine);
    next = at;
    return stopped;
  };
  /** Part of a line that has no end yet. */
  const searchPart = (bytes: Buffer, { pattern, onLine }: StreamSearch): void => {
    if (isKnown) return;
    const { stopped } = searchLines(pattern, { bytes, ...next }, (match) => {
      isKnown = match !== undefined;
      return onLine(match);
    });
    stopsAfter = isKnown && stopped;
  };
  /** The rest of a line that was too long to be held, with its newline. */
  const endKnown = (bytes: Buffer): Buffer => {
    if (!isKnown) return bytes;
    const end = bytes.indexOf(NEWLINE) + 1;
    isKnown = false;
    next = { offset: next.offset + end, line: next.line + countLines(bytes.subarray(0, end)) };
    return bytes.subarray(end);
  };
  return {
    take(bytes, offset, options) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      next = { ...next, offset: offset - held.length };
      const end = all.lastIndexOf(NEWLINE) + 1;
      if (end > 0) {
        held = all.subarray(end);
        const lines = endKnown(all.subarray(0, end));
        return stopsAfter || (lines.length > 0 && search(lines, options));
      }
      held = all;
      if (all.length < READ_BYTES) return false;
      searchPart(all, options);
      held = all.subarray(-OVERLAP_BYTES);
      next = { ...next, offset: next.offset + all.length - held.length };
      return false;
    },
    flush(options) {
      const rest = held;
      held = Buffer.alloc(0);
      if (rest.length === 0) return false;
      if (isKnown) {
        isKnown = false;
        next = { offset: next.offset + rest.length, line: next.line + 1 };
        return stopsAfter;
      }
      if (search(rest, options)) return true;
      next = { ...next, line: next.line + 1 };
      return false;
    },
    at: () => next,
    isInside: () => isKnown,
  };
}
