/**
 * A closed stream in less space: frames of a fixed length of output and a table of them at the end, in the seekable
 * format of zstd, so that any place is read by unpacking one frame. `zstd -dc` reads such a file, too, and `gzip -dc` one
 * of gzip, where the table is something that follows the end.
 */
import type { FileHandle } from "node:fs/promises";
import { ClaudineError } from "@claudine/protocol";
import type { Codec } from "./codec.ts";
import type { Gap } from "./gaps.ts";
import { openRegular } from "./regular-file.ts";

export const FRAME_BYTES = 262_144;

const TABLE_MAGIC = 0x184d2a5e;
const GAP_MAGIC = 0x184d2a50;
const END_MAGIC = 0x8f92eab1;
const END_BYTES = 9;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 8;
export const GAP_FRAME_BYTES = HEADER_BYTES + 16;

export type FrameSize = { packed: number; plain: number };

/** What decoders skip: it tells what of the stream is not there. */
export function gapFrame({ from, to }: Gap): Buffer {
  const frame = Buffer.alloc(GAP_FRAME_BYTES);
  frame.writeUInt32LE(GAP_MAGIC, 0);
  frame.writeUInt32LE(GAP_FRAME_BYTES - HEADER_BYTES, 4);
  frame.writeDoubleLE(from, HEADER_BYTES);
  frame.writeDoubleLE(to, HEADER_BYTES + 8);
  return frame;
}

export function tableFrame(frames: readonly FrameSize[]): Buffer {
  const size = frames.length * ENTRY_BYTES + END_BYTES;
  const table = Buffer.alloc(HEADER_BYTES + size);
  table.writeUInt32LE(TABLE_MAGIC, 0);
  table.writeUInt32LE(size, 4);
  for (const [index, { packed, plain }] of frames.entries()) {
    table.writeUInt32LE(packed, HEADER_BYTES + index * ENTRY_BYTES);
    table.writeUInt32LE(plain, HEADER_BYTES + index * ENTRY_BYTES + 4);
  }
  table.writeUInt32LE(frames.length, table.length - END_BYTES);
  table.writeUInt32LE(END_MAGIC, table.length - 4);
  return table;
}

export type PackedFile = {
  /** Of the output that is kept. */
  plainBytes: number;
  gap: Gap | undefined;
  /** What is kept, from a place in it; less than `length` where a frame ends. */
  read(at: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
};

/** @throws ENOENT; ClaudineError storage when it is damaged */
export async function openPacked(path: string, { unpack }: Codec): Promise<PackedFile> {
  const file = await openRegular(path);
  try {
    const { starts, packedAt } = await readTable(file, path);
    const gap = await readGap(file, packedAt);
    let kept: { index: number; bytes: Buffer } | undefined;
    const frame = async (index: number): Promise<Buffer> => {
      if (kept?.index === index) return kept.bytes;
      const [from = 0, to = 0] = [packedAt[index], packedAt[index + 1]];
      const bytes = await unpack(await readExactly(file, from, to - from)).catch((error: unknown) => {
        throw error instanceof ClaudineError ? error : damaged(path, error);
      });
      kept = { index, bytes };
      return bytes;
    };
    return {
      plainBytes: starts.at(-1) ?? 0,
      gap,
      async read(at, length) {
        const index = frameAt(starts, at);
        const offset = at - (starts[index] ?? 0);
        return (await frame(index)).subarray(offset, offset + length);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

type Table = { starts: readonly number[]; packedAt: readonly number[] };

async function readTable(file: FileHandle, path: string): Promise<Table> {
  const { size } = await file.stat();
  if (size < HEADER_BYTES + END_BYTES) throw damaged(path);
  const end = await readExactly(file, size - END_BYTES, END_BYTES);
  const count = end.readUInt32LE(0);
  const tableBytes = count * ENTRY_BYTES + END_BYTES;
  if (end.readUInt32LE(END_BYTES - 4) !== END_MAGIC || tableBytes + HEADER_BYTES > size) throw damaged(path);
  const table = await readExactly(file, size - tableBytes, count * ENTRY_BYTES);
  const [starts, packedAt] = [[0], [0]];
  for (let index = 0; index < count; index += 1) {
    packedAt.push((packedAt[index] ?? 0) + table.readUInt32LE(index * ENTRY_BYTES));
    starts.push((starts[index] ?? 0) + table.readUInt32LE(index * ENTRY_BYTES + 4));
  }
  if (packedAt[count] !== size - tableBytes - HEADER_BYTES) throw damaged(path);
  return { starts, packedAt };
}

/** The last frame, if it is one that decoders skip. */
async function readGap(file: FileHandle, packedAt: readonly number[]): Promise<Gap | undefined> {
  const [from = 0, to = 0] = packedAt.slice(-2);
  const frame = await readExactly(file, from, to - from);
  if (frame.length !== GAP_FRAME_BYTES || frame.readUInt32LE(0) !== GAP_MAGIC) return undefined;
  return { from: frame.readDoubleLE(HEADER_BYTES), to: frame.readDoubleLE(HEADER_BYTES + 8) };
}

/** The frame that holds a place; `starts` has one more entry than there are frames. */
function frameAt(starts: readonly number[], at: number): number {
  let [low, high] = [0, Math.max(0, starts.length - 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

async function readExactly(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}

function damaged(path: string, cause?: unknown): ClaudineError {
  return new ClaudineError("storage", `Cannot read ${path}: the file is damaged`, { cause });
}
