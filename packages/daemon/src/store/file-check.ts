/**
 * Looks at a store's file before LMDB maps it: a damaged header or a missing page would end the process there.
 * Layout of a meta page, little endian (LMDB's MDB_meta behind a page header of 24 bytes): magic at 24, version at 28,
 * page size at 48, last page at 144, transaction at 152. The two first pages are metas; the newer one counts.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";

const MAGIC = 0xbeefc0de;
const VERSION = 2;
const META_BYTES = 160;
const FREE_AT_MOST = 64 * 2 ** 20;

export type FileCheck =
  /** There is none, or nothing in it: LMDB makes a new one. */
  | { state: "new" }
  /** `missingBytes` is how much shorter the file is than its header says. */
  | { state: "sound"; size: number; missingBytes: number }
  | { state: "damaged"; why: string };

export function checkStoreFile(path: string): FileCheck {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { state: "new" };
    return { state: "damaged", why: error instanceof Error ? error.message : String(error) };
  }
  try {
    return checkHeader(fd, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

/** How far the file is in use, by the newest header; all of it behind that is free. */
export function usedBytes(fd: number): number {
  const [first, second] = metasOf(fd);
  return first === undefined || second === undefined ? Infinity : neededBytes(first, second);
}

function metasOf(fd: number): [MetaPage | undefined, MetaPage | undefined] {
  const first = readMeta(fd, 0);
  return [first, first === undefined ? undefined : readMeta(fd, first.pageSize)];
}

function neededBytes(first: MetaPage, second: MetaPage): number {
  const newer = second.transaction > first.transaction ? second : first;
  return (newer.lastPage + 1) * first.pageSize;
}

function checkHeader(fd: number, size: number): FileCheck {
  if (size === 0) return { state: "new" };
  const [first, second] = metasOf(fd);
  if (first === undefined || second === undefined || first.pageSize !== second.pageSize)
    return { state: "damaged", why: "its header is not that of a store" };
  const needed = neededBytes(first, second);
  // Few pages at the end are free and unwritten; a header that names far more was flipped.
  if (!(needed <= 2 * size + FREE_AT_MOST))
    return { state: "damaged", why: "its header names pages far beyond its end" };
  return { state: "sound", size, missingBytes: Math.max(0, needed - size) };
}

type MetaPage = { pageSize: number; lastPage: number; transaction: bigint };

function readMeta(fd: number, at: number): MetaPage | undefined {
  const bytes = Buffer.alloc(META_BYTES);
  if (readSync(fd, bytes, 0, META_BYTES, at) < META_BYTES) return undefined;
  const pageSize = bytes.readUInt32LE(48);
  const sound =
    bytes.readUInt32LE(24) === MAGIC && bytes.readUInt32LE(28) === VERSION && pageSize >= 256 && pageSize <= 65_536;
  return sound
    ? { pageSize, lastPage: Number(bytes.readBigUInt64LE(144)), transaction: bytes.readBigUInt64LE(152) }
    : undefined;
}

/**
 * Gives a short file its full size. Pages at the end may be free and never written, so a short file can be sound; when
 * it was cut, zeros are read as errors where a missing page would end the process.
 */
export function extendStoreFile(path: string, bytes: number): void {
  const fd = openSync(path, "r+");
  try {
    ftruncateSync(fd, bytes);
  } finally {
    closeSync(fd);
  }
}
