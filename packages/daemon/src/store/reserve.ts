/**
 * Space at the end of the store's file, taken before it is needed: on a full disk there is still room for what has to be
 * written, such as the wish to end what fills it. LMDB comes to it by itself, so nothing has to be given up first, and
 * nobody who fills the disk can be faster.
 */
import { closeSync, fstatSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Tables } from "./open.ts";
import { usedBytes } from "./file-check.ts";

export type Reserve = {
  /** Takes what is missing of it. @returns why it could not, undefined when it is there */
  take(): Error | undefined;
  close(): void;
};

/** A kill changes some twenty pages, which later commits use again. */
const RESERVE_BYTES = 1024 * 1024;
/** So much more is taken at a time, as doing it after each commit would be dear. */
const AHEAD_BYTES = 32 * 1024;
const ZEROS = Buffer.alloc(64 * 1024);

export function createReserve({ root }: Pick<Tables, "root">, path: string): Reserve {
  const fd = openSync(join(path, "data.mdb"), "r+");
  /** What was there before may be size only. */
  let isChecked = false;
  return {
    take() {
      if (isChecked && fstatSync(fd).size - usedBytes(fd) >= RESERVE_BYTES) return undefined;
      let failure: Error | undefined;
      // Nobody else writes meanwhile, so what no page is in yet stays so.
      root.transactionSync(() => {
        failure = writeZeros(fd, firstUntaken(fd), usedBytes(fd) + RESERVE_BYTES + AHEAD_BYTES);
      });
      isChecked = failure === undefined;
      return failure;
    },
    close: () => closeSync(fd),
  };
}

/** A file with holes has its size, but not the space. */
function firstUntaken(fd: number): number {
  const { size, blocks } = fstatSync(fd);
  return blocks * 512 >= size ? Math.max(size, usedBytes(fd)) : usedBytes(fd);
}

function writeZeros(fd: number, from: number, to: number): Error | undefined {
  try {
    for (let at = from; at < to;) at += writeSync(fd, ZEROS, 0, Math.min(ZEROS.length, to - at), at);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
