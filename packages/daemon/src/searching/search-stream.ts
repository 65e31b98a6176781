/** Searches one stream of a run from a place on, in memory of a fixed size. */
import type { OutputStream } from "../output/stream.ts";
import type { Pattern } from "./pattern.ts";
import { type At, countLines, type OnLine, searchLines } from "./search-lines.ts";

const READ_BYTES = 1_048_576;
/** A longer line is searched in parts, counted from its beginning, so that the same is found wherever a read began. */
const PART_BYTES = READ_BYTES;
/** They reach into each other: what is longer than this may be missed where two meet. */
const OVERLAP_BYTES = 65_536;
const STEP_BYTES = PART_BYTES - OVERLAP_BYTES;
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
    // However little time there is, it gets on.
    if (!reader.isInside() && reader.at().offset > from.offset && search.isOver()) return reader.at();
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
  const searchPart = (bytes: Buffer, { pattern, onLine }: StreamSearch): void => {
    if (isKnown) return;
    const { stopped } = searchLines(pattern, { bytes, ...next, goesOn: true }, (match) => {
      isKnown = match !== undefined;
      return onLine(match);
    });
    stopsAfter = isKnown && stopped;
  };
  /** Of the line that `bytes` begin with, all but what one part can hold. `known` of them hold no newline. */
  const searchParts = (bytes: Buffer, known: number, options: StreamSearch): Buffer => {
    const newline = bytes.indexOf(NEWLINE, known);
    let left = newline === -1 ? bytes.length : newline;
    let rest = bytes;
    for (; left >= PART_BYTES; left -= STEP_BYTES) {
      searchPart(rest.subarray(0, PART_BYTES), options);
      rest = rest.subarray(STEP_BYTES);
      next = { begin: next.offset, ...next, offset: next.offset + STEP_BYTES };
    }
    return rest;
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
      const rest = searchParts(all, held.length, options);
      const end = rest.lastIndexOf(NEWLINE) + 1;
      held = rest.subarray(end);
      if (end === 0) return false;
      const lines = endKnown(rest.subarray(0, end));
      return stopsAfter || (lines.length > 0 && search(lines, options));
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
