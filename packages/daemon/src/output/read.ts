/** Reads pieces of a stream, found by offset, by lines from its end, or by time. */
import { isUtf8 } from "node:buffer";
import { lineEnd, lineStart, tailOffset } from "./line-offsets.ts";
import type { OutputStream, StreamPiece } from "./stream.ts";
import { marksOf, type Mark, offsetSince, offsetUntil, type Timeline } from "./times.ts";

export type PieceWanted = {
  offset: number;
  tailLines?: number | undefined;
  /** Epoch ms. */
  since?: number | undefined;
  until?: number | undefined;
  times?: boolean | undefined;
  maxBytes: number;
};

/** `size` is where the stream ends, or what is wanted of it. */
export type Piece = StreamPiece & { size: number; marks?: Mark[] };

/** @param timeline is asked for only where times are wanted */
export async function readPiece(
  stream: OutputStream,
  wanted: PieceWanted,
  timeline: (size: number) => Promise<Timeline>,
): Promise<Piece> {
  const { since, until, times, maxBytes } = wanted;
  const isTimed = since !== undefined || until !== undefined || times === true;
  const line = isTimed ? await timeline(stream.size) : undefined;
  const size =
    until === undefined || line === undefined ? stream.size : await lineEnd(stream, offsetUntil(line, until));
  const sinceOffset = since === undefined || line === undefined ? undefined : await startSince(stream, line, since);
  const offset = await startOf(stream, wanted, { sinceOffset, size });
  const piece = await stream.read(offset, Math.max(0, Math.min(maxBytes, size - offset)));
  const range = { from: piece.offset, to: piece.offset + piece.bytes.length };
  return { ...piece, size, ...(times === true && line !== undefined ? { marks: marksOf(line, range) } : {}) };
}

function startSince(stream: OutputStream, line: Timeline, since: number): Promise<number> | number {
  return since > line.endAt ? stream.size : lineStart(stream, offsetSince(line, since));
}

type Ends = { sinceOffset: number | undefined; size: number };

async function startOf(stream: OutputStream, wanted: PieceWanted, { sinceOffset, size }: Ends): Promise<number> {
  const { tailLines } = wanted;
  const from = sinceOffset ?? (tailLines === undefined ? wanted.offset : 0);
  const start = tailLines === undefined ? from : Math.max(from, await tailOffset(stream, size, tailLines));
  // Who has read more than there is, as the task has made its file shorter, goes on at its end.
  return Math.min(start, size);
}

export type EncodedPiece = { encoding: "utf8" | "base64"; data: string; length: number };

/** Text where the bytes are UTF-8 (a character cut at the end waits for the next piece), else base64. */
export function encodePiece(bytes: Buffer, more: boolean): EncodedPiece {
  for (let cut = 0; cut <= (more ? 3 : 0) && cut < Math.max(1, bytes.length); cut += 1) {
    const part = bytes.subarray(0, bytes.length - cut);
    if (isUtf8(part)) return { encoding: "utf8", data: part.toString("utf8"), length: part.length };
  }
  return asBase64(bytes);
}

export function asBase64(bytes: Buffer): EncodedPiece {
  return { encoding: "base64", data: bytes.toString("base64"), length: bytes.length };
}
