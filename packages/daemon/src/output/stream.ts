/** One stream of a run, read from any offset: plain, with its middle left out, or packed. */
import type { FileHandle } from "node:fs/promises";
import { CODECS } from "./codec.ts";
import { packedPath, type RunFiles, type StreamName } from "./files.ts";
import { type Gap, readGaps } from "./gaps.ts";
import { openPacked, type PackedFile } from "./packed.ts";
import { openRegular, unlessAbsent } from "./regular-file.ts";

/** `offset` is where the bytes begin in what the run wrote; the `leftOut` bytes before it are not kept. */
export type StreamPiece = { offset: number; leftOut: number; bytes: Buffer };

export type OutputStream = {
  /** All that was written, with what is left out. */
  size: number;
  gap: Gap | undefined;
  /** What is there from `offset` on: past a gap when it lies in one, and fewer bytes than asked for only before one or at the end. */
  read(offset: number, maxBytes: number): Promise<StreamPiece>;
  close(): Promise<void>;
};

/** Undefined when there is no such file. Whoever gets it closes it. */
export async function openStream(files: RunFiles, stream: StreamName): Promise<OutputStream | undefined> {
  const path = files[stream];
  const plain = await unlessAbsent(() => openPlain(path, () => readGaps(files.gaps)[stream]));
  if (plain !== undefined) return plain;
  for (const codec of CODECS) {
    const packed = await unlessAbsent(async () => fromPacked(await openPacked(packedPath(path, codec), codec)));
    if (packed !== undefined) return packed;
  }
  return undefined;
}

async function openPlain(path: string, readGap: () => Gap | undefined): Promise<OutputStream> {
  const file = await openRegular(path);
  try {
    let { size, gap } = await look(file, readGap);
    return {
      size,
      gap,
      async read(offset, maxBytes) {
        for (;;) {
          const piece = placeOf({ offset, maxBytes }, { size, gap });
          const { buffer, bytesRead } = await file.read(
            Buffer.allocUnsafe(piece.length),
            0,
            piece.length,
            piece.offset,
          );
          // The gap may have grown over it meanwhile: then these bytes are not what was written.
          const now = await look(file, readGap);
          const isTaken = now.gap !== undefined && now.gap.from < piece.offset + bytesRead && piece.offset < now.gap.to;
          if (!isTaken)
            return { offset: piece.offset, leftOut: piece.offset - offset, bytes: buffer.subarray(0, bytesRead) };
          ({ size, gap } = now);
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const BLOCK_BYTES = 512;

/** Only a file with holes can have a gap that matters. */
async function look(file: FileHandle, readGap: () => Gap | undefined): Promise<{ size: number; gap: Gap | undefined }> {
  const { size, blocks } = await file.stat();
  return { size, gap: blocks * BLOCK_BYTES < size ? within(readGap(), size) : undefined };
}

/** A task may have made its own file shorter. */
function within(gap: Gap | undefined, size: number): Gap | undefined {
  return gap === undefined || gap.from >= size ? undefined : { from: gap.from, to: Math.min(gap.to, size) };
}

function fromPacked(packed: PackedFile): OutputStream {
  const { gap } = packed;
  const missing = gap === undefined ? 0 : gap.to - gap.from;
  const size = packed.plainBytes + missing;
  return {
    size,
    gap,
    async read(offset, maxBytes) {
      const place = placeOf({ offset, maxBytes }, { size, gap });
      const at = gap !== undefined && place.offset >= gap.to ? place.offset - missing : place.offset;
      const bytes: Buffer[] = [];
      for (let done = 0; done < place.length;) {
        const one = await packed.read(at + done, place.length - done);
        if (one.length === 0) break;
        bytes.push(one);
        done += one.length;
      }
      return { offset: place.offset, leftOut: place.offset - offset, bytes: Buffer.concat(bytes) };
    },
    close: packed.close,
  };
}

type Wanted = { offset: number; maxBytes: number };

/** Past the gap when it begins in it, and not into it when it begins before it. */
function placeOf({ offset, maxBytes }: Wanted, { size, gap }: Pick<OutputStream, "size" | "gap">) {
  const from = gap !== undefined && offset >= gap.from && offset < gap.to ? gap.to : offset;
  const end = gap !== undefined && from < gap.from ? gap.from : size;
  return { offset: from, length: Math.max(0, Math.min(maxBytes, end - from)) };
}
