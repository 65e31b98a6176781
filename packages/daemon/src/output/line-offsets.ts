/** Where lines begin and end in a stream. */
import type { OutputStream } from "./stream.ts";

const NEWLINE = 0x0a;
const BLOCK_BYTES = 65_536;
/** A line that is longer is cut. */
const SEARCH_BYTES = 1_048_576;

/** Where the last `lines` lines before `end` begin; a last line without newline counts, and what is left out does not. */
export async function tailOffset(stream: OutputStream, end: number, lines: number): Promise<number> {
  if (lines === 0) return end;
  let left = lines;
  for await (const { offset, bytes } of blocksBefore(stream, end)) {
    for (let index = before(bytes, bytes.length); index !== -1; index = before(bytes, index)) {
      if (offset + index === end - 1) continue;
      left -= 1;
      if (left === 0) return offset + index + 1;
    }
  }
  return 0;
}

/** Where the line begins that the byte at `offset` is in. */
export async function lineStart(stream: OutputStream, offset: number): Promise<number> {
  for await (const block of blocksBefore(stream, offset)) {
    const index = block.bytes.lastIndexOf(NEWLINE);
    if (index !== -1) return block.offset + index + 1;
    if (offset - block.offset >= SEARCH_BYTES) return offset;
  }
  return 0;
}

/** Where the line ends that the byte before `offset` is in. */
export async function lineEnd(stream: OutputStream, offset: number): Promise<number> {
  if (offset === 0) return 0;
  for (let at = offset - 1; at < stream.size && at - offset < SEARCH_BYTES;) {
    const { bytes, leftOut } = await stream.read(at, BLOCK_BYTES);
    if (bytes.length === 0 || leftOut > 0) break;
    const index = bytes.indexOf(NEWLINE);
    if (index !== -1) return at + index + 1;
    at += bytes.length;
  }
  return offset;
}

type Block = { offset: number; bytes: Buffer };

/** From the end to the beginning, past what is left out. */
async function* blocksBefore(stream: OutputStream, end: number): AsyncGenerator<Block> {
  for (let to = end; to > 0;) {
    const { gap } = stream;
    if (gap !== undefined && to > gap.from && to <= gap.to) to = gap.from;
    const from = Math.max(0, to - BLOCK_BYTES, gap !== undefined && to > gap.to ? gap.to : 0);
    const { offset, bytes } = await stream.read(from, to - from);
    yield { offset, bytes: bytes.subarray(0, Math.max(0, to - offset)) };
    to = from;
  }
}

function before(bytes: Buffer, index: number): number {
  return index === 0 ? -1 : bytes.lastIndexOf(NEWLINE, index - 1);
}
