/** The output of runs as text that a model can read. */
import { stripVTControlCharacters } from "node:util";
import type { Client } from "@claudine/client";
import type { Result } from "@claudine/protocol/methods";
import { safeLog } from "@claudine/protocol/text";

export type Piece = Result<"log.read">;
export type Stream = "stdout" | "stderr";
export type Wanted = { id: number; stream: Stream; attempt?: number };

/** The bytes of a piece as they were written. */
export function bytesOf({ data, encoding }: Piece): Buffer {
  return Buffer.from(data, encoding);
}

/** Without what would colour, move or ring where the client shows it. */
export function plain(text: string): string {
  return safeLog(stripVTControlCharacters(text));
}

export function readable(piece: Piece): string {
  return plain(bytesOf(piece).toString());
}

/** The last `bytes` of what a run has written, from the beginning of a line where there is one. */
export async function readEnd(
  client: Client,
  { bytes, ...wanted }: Wanted & { bytes: number },
  signal: AbortSignal,
): Promise<Piece> {
  const { size } = await client.call("log.read", { ...wanted, maxBytes: 1 }, { signal });
  const offset = Math.max(0, size - bytes);
  const piece = await client.call("log.read", { ...wanted, offset, maxBytes: bytes }, { signal });
  return offset === 0 ? piece : fromLineStart(piece);
}

function fromLineStart(piece: Piece): Piece {
  const bytes = bytesOf(piece);
  const newline = bytes.indexOf(10);
  if (newline === -1 || newline === bytes.length - 1) return piece;
  const rest = bytes.subarray(newline + 1);
  return { ...piece, offset: piece.offset + newline + 1, encoding: "base64", data: rest.toString("base64") };
}

/** Where a piece lies in all of it. */
export function placeOf({ offset, nextOffset, size, leftOut, eof }: Piece) {
  return { offset, nextOffset, size, ...(leftOut > 0 ? { leftOut } : {}), eof };
}
