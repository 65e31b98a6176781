/** Packs a closed stream: a whole new file first, then the plain one goes. */
import type { Stats } from "node:fs";
import { type FileHandle, open, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ClaudineError } from "@claudine/protocol";
import { crashPoint } from "../running/crash-points.ts";
import { BEST_CODEC, type Codec } from "./codec.ts";
import { packedPath, unfinishedPath } from "./files.ts";
import type { Gap } from "./gaps.ts";
import { FRAME_BYTES, type FrameSize, gapFrame, GAP_FRAME_BYTES, tableFrame } from "./packed.ts";
import { openRegular } from "./regular-file.ts";

export type Packing = {
  path: string;
  gap: Gap | undefined;
  closed: AbortSignal;
  /** On the disk that a file is on. */
  freeBytes(path: string): number;
  codec?: Codec;
};

/** @returns false when somebody has written to it meanwhile: it is not closed, and stays as it is. @throws AbortError; ClaudineError limit */
export async function packStream({ path, gap, codec = BEST_CODEC, ...rest }: Packing): Promise<boolean> {
  const target = packedPath(path, codec);
  const part = unfinishedPath(target);
  const source = await openRegular(path);
  try {
    const before = await source.stat();
    await writePacked(part, source, { ...parts(before.size, gap), ...rest, codec });
    await utimes(part, before.atime, before.mtime);
    if (!(await isUnchanged(path, before))) return false;
    crashPoint("before-pack-rename");
    await rename(part, target);
    await flush(dirname(path));
    crashPoint("after-pack-rename");
    // The task may have been removed meanwhile, with its output.
    if (!(await isUnchanged(path, before))) {
      await rm(target, { force: true });
      return false;
    }
    crashPoint("before-pack-removal");
    await rm(path);
    crashPoint("after-pack-removal");
    return true;
  } finally {
    await source.close();
    await rm(part, { force: true });
  }
}

async function isUnchanged(path: string, before: Stats): Promise<boolean> {
  const after = await stat(path).catch(() => undefined);
  return after?.size === before.size && after.mtimeMs === before.mtimeMs && after.ino === before.ino;
}

type Part = { from: number; to: number };
type Parts = { gap: Gap | undefined; kept: readonly Part[] };
type Work = Parts & Required<Pick<Packing, "closed" | "codec" | "freeBytes">>;

function parts(size: number, gap: Gap | undefined): Parts {
  if (gap === undefined || gap.from >= size) return { gap: undefined, kept: [{ from: 0, to: size }] };
  const to = Math.min(gap.to, size);
  return {
    gap: { from: gap.from, to },
    kept: [
      { from: 0, to: gap.from },
      { from: to, to: size },
    ],
  };
}

async function writePacked(path: string, source: FileHandle, work: Work): Promise<void> {
  const { gap, kept, closed, codec } = work;
  const target = await open(path, "w", 0o600);
  try {
    const frames: FrameSize[] = [];
    let writtenBytes = 0;
    const block = Buffer.alloc(FRAME_BYTES);
    for (const { from, to } of kept) {
      for (let at = from; at < to; at += FRAME_BYTES) {
        closed.throwIfAborted();
        // What is to save space must not take the last of it from those who write.
        if (work.freeBytes(path) < writtenBytes)
          throw new ClaudineError(
            "limit",
            "Cannot compress output: it would take more than half of what is free on the disk",
          );
        const frame = await packFrame(target, source, { at, block, codec, length: Math.min(FRAME_BYTES, to - at) });
        writtenBytes += frame.packed;
        frames.push(frame);
      }
    }
    if (gap !== undefined) {
      await target.write(gapFrame(gap));
      frames.push({ packed: GAP_FRAME_BYTES, plain: 0 });
    }
    await target.write(tableFrame(frames));
    await target.sync();
  } finally {
    await target.close();
  }
}

type Piece = { at: number; length: number; block: Buffer; codec: Codec };

async function packFrame(target: FileHandle, source: FileHandle, piece: Piece): Promise<FrameSize> {
  const startedAt = performance.now();
  const { buffer, bytesRead } = await source.read(piece.block, 0, piece.length, piece.at);
  const packed = await piece.codec.pack(buffer.subarray(0, bytesRead));
  await target.write(packed);
  // Half of a core is enough: nobody waits for this.
  await delay(performance.now() - startedAt);
  return { packed: packed.length, plain: bytesRead };
}

/** The new name is on the disk before the old one goes. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
