/** Reads pieces of a log file. */
import { isUtf8 } from "node:buffer";
import { constants, open, type FileHandle } from "node:fs/promises";

export type Piece = { offset: number; bytes: Buffer; size: number };
export type PieceWanted = { offset: number; tailLines?: number | undefined; maxBytes: number };

/** An absent file reads as empty. */
export async function readPiece(path: string, wanted: PieceWanted): Promise<Piece> {
  let file: FileHandle;
  try {
    // A FIFO in its place must not hold a thread.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return { offset: wanted.offset, bytes: Buffer.alloc(0), size: 0 };
    throw error;
  }
  try {
    const { size } = await file.stat();
    const offset = wanted.tailLines === undefined ? wanted.offset : await tailOffset(file, size, wanted.tailLines);
    const length = Math.max(0, Math.min(wanted.maxBytes, size - offset));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return { offset, bytes: buffer.subarray(0, bytesRead), size };
  } finally {
    await file.close();
  }
}

const BLOCK = 65_536;

/** Where the last `lines` lines begin; a last line without newline counts. */
async function tailOffset(file: FileHandle, size: number, lines: number): Promise<number> {
  if (lines === 0) return size;
  const block = Buffer.alloc(BLOCK);
  let end = size;
  let left = lines;
  while (end > 0) {
    const start = Math.max(0, end - BLOCK);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    for (let index = bytesRead - 1; index >= 0; index -= 1) {
      if (block[index] !== 0x0a || start + index === size - 1) continue;
      left -= 1;
      if (left === 0) return start + index + 1;
    }
    end = start;
  }
  return 0;
}

/** Text where the bytes are UTF-8 (a character cut at the end waits for the next piece), else base64. */
export function encodePiece(
  bytes: Buffer,
  more: boolean,
): { encoding: "utf8" | "base64"; data: string; length: number } {
  for (let cut = 0; cut <= (more ? 3 : 0) && cut < Math.max(1, bytes.length); cut += 1) {
    const part = bytes.subarray(0, bytes.length - cut);
    if (isUtf8(part)) return { encoding: "utf8", data: part.toString("utf8"), length: part.length };
  }
  return { encoding: "base64", data: bytes.toString("base64"), length: bytes.length };
}
