/** Opens a file that anybody may have put something else in the place of: a FIFO there must not hold a thread, or all. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const { O_CREAT, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;
const TO_READ = O_RDONLY | O_NONBLOCK;
const TO_WRITE = O_WRONLY | O_CREAT | O_NONBLOCK;

/** @throws the system's error; EISDIR and ENXIO also where it can be opened and is no file */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, TO_READ);
  try {
    refuseOthers(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The same, whole. Undefined when there is none. */
export async function readRegular(path: string): Promise<Buffer | undefined> {
  const file = await unlessAbsent(() => openRegular(path));
  try {
    return await file?.readFile();
  } finally {
    await file?.close();
  }
}

export function readRegularNow(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, TO_READ);
    refuseOthers(path, fstatSync(file));
    return readFileSync(file);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** In its place it takes no more space than there is already. */
export function writeRegularNow(path: string, bytes: Buffer, where: "anew" | "in place"): void {
  writeNow(path, where === "anew" ? O_TRUNC : 0, () => ({ bytes, place: 0 }));
}

/** Records of one length; one that was written in part, as the disk was full, is written over. */
export function appendRecordNow(path: string, record: Buffer): void {
  writeNow(path, 0, ({ size }) => ({ bytes: record, place: size - (size % record.length) }));
}

function writeNow(path: string, flags: number, what: (stat: Stats) => { bytes: Buffer; place: number }): void {
  const file = openSync(path, TO_WRITE | flags, 0o600);
  try {
    const stat = fstatSync(file);
    refuseOthers(path, stat);
    const { bytes, place } = what(stat);
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, place + done);
  } finally {
    closeSync(file);
  }
}

export async function unlessAbsent<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function refuseOthers(path: string, stat: Stats): void {
  if (stat.isFile()) return;
  const code = stat.isDirectory() ? "EISDIR" : "ENXIO";
  throw Object.assign(new Error(`${code}: not a file, open '${path}'`), { code });
}
