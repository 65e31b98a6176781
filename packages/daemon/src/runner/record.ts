/** Reads a run's record file, in which the shim notes how the run started and ended (the format is described in shim.pl). */
import { closeSync, constants as files, openSync, readSync, writeSync } from "node:fs";
import { constants } from "node:os";

/** A process is named by these three together, never by its pid alone. */
export type RunIdentity = { pid: number; startTicks: string; bootId: string };

export type RecordStart = RunIdentity & { startedAt: number };

export type RecordExit =
  | { kind: "exited"; exitCode: number }
  | { kind: "signalled"; signal: string; coreDumped: boolean };

/** What the command and all it waited for used. A figure the system does not tell is undefined. */
export type RecordUsage = {
  userUs: number;
  systemUs: number;
  /** Of the largest single process. Below 8 MB it may be the shim's own size before the exec. */
  maxRssBytes: number | undefined;
  readBytes: number | undefined;
  writeBytes: number | undefined;
  voluntarySwitches: number | undefined;
  involuntarySwitches: number | undefined;
  /** Calls of the system that read and wrote, whatever it was. */
  readOps: number | undefined;
  writeOps: number | undefined;
};

export type RecordEnd = { pid: number; exit: RecordExit; usage: RecordUsage | undefined; endedAt: number };

export type RunRecord =
  /** It was never started. That is certain within one boot; a power cut may lose a young file. */
  | { state: "missing" }
  /** The command has not run: a shim is about to start it, or died at it. */
  | { state: "starting" }
  /** The command may have run. */
  | { state: "torn" }
  /** The file could not be read just now. */
  | { state: "unreadable"; errno: string }
  | { state: "failed"; step: string; errno: string; path: string }
  | ({ state: "started" } & RecordStart)
  | ({ state: "ended" } & RecordStart & Omit<RecordEnd, "pid">);

const LINE_BYTES = 256;
/** At the end of the second line. */
const CALLS_BYTES = 64;
const BLOCK_BYTES = 1024;
const STORAGE_BLOCK_BYTES = 512;
const KIBIBYTE = 1024;

export function readRecord(path: string): RunRecord {
  const block = readBlock(path);
  return "errno" in block ? unread(block.errno) : parseRecord(block.bytes);
}

/**
 * Takes the place of the record, so that no shim that still has the run in its queue starts it.
 * @returns false when there is a record: the run was started, or is about to be
 */
export function forbidStart(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, "wx", 0o600);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    if (OWN_SHORTAGES.includes(errnoOf(error))) throw error;
    // Where no record can be made, no shim can start it either.
    return true;
  }
  const text = "F start ECANCELED =";
  const block = " ".repeat(2 * LINE_BYTES) + `${text} ${fnv1a(text)}\n`.padEnd(BLOCK_BYTES - 2 * LINE_BYTES);
  try {
    writeSync(fd, block);
  } catch {
    // On a full disk the empty file forbids as well.
  } finally {
    closeSync(fd);
  }
  return true;
}

/** The daemon lacks something that a shim may have. */
const OWN_SHORTAGES = ["EMFILE", "ENFILE", "ENOMEM"];

function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "EIO";
}

function unread(errno: string): RunRecord {
  return errno === "ENOENT" ? { state: "missing" } : { state: "unreadable", errno };
}

function readBlock(path: string): { bytes: Buffer } | { errno: string } {
  let fd: number | undefined;
  try {
    // A FIFO in its place must not hold the daemon up.
    fd = openSync(path, files.O_RDONLY | files.O_NONBLOCK);
    const bytes = Buffer.allocUnsafe(BLOCK_BYTES);
    return { bytes: bytes.subarray(0, readSync(fd, bytes, 0, BLOCK_BYTES, 0)) };
  } catch (error) {
    return { errno: errnoOf(error) };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Any bytes are accepted: what is not intact is torn. The command runs only after the block is written whole. */
export function parseRecord(bytes: Buffer): RunRecord {
  if (bytes.length < BLOCK_BYTES) return { state: "starting" };
  const failed = parseFailure(checkedText(bytes.subarray(2 * LINE_BYTES)));
  if (failed !== undefined) return failed;
  const start = parseStart(checkedText(bytes.subarray(0, LINE_BYTES)));
  if (start === undefined) return { state: "torn" };
  const ending = bytes.subarray(LINE_BYTES, 2 * LINE_BYTES);
  const end = parseEnd(checkedText(ending));
  if (end?.pid === start.pid) {
    const operations = parseOperations(checkedText(ending.subarray(-CALLS_BYTES)), end.pid);
    const usage = end.usage && { ...end.usage, ...operations };
    return { state: "ended", ...start, exit: end.exit, usage, endedAt: end.endedAt };
  }
  return ending.every((byte) => byte === 0x20) ? { state: "started", ...start } : { state: "torn" };
}

/** Reads an exit line that came by the FIFO because the disk did not take it. */
export function parseExitLine(line: string): RecordEnd | undefined {
  return parseEnd(checkedText(Buffer.from(`${line}\n`, "latin1")));
}

/** The text of a line whose hash is right. */
function checkedText(bytes: Buffer): string | undefined {
  const line = bytes.toString("latin1");
  const [, text, hash] = /^([A-Z] [!-~ ]*) ([0-9a-f]{8})\n/.exec(line) ?? [];
  return text !== undefined && fnv1a(text) === hash ? text : undefined;
}

function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function parseStart(text: string | undefined): RecordStart | undefined {
  const [, pid, startTicks, bootId, startedAt] = /^S (\d{1,10}) (\d{1,20}) (\S+) (\d{1,15})$/.exec(text ?? "") ?? [];
  if (pid === undefined || startTicks === undefined || bootId === undefined) return undefined;
  return { pid: Number(pid), startTicks, bootId, startedAt: Number(startedAt) };
}

function parseFailure(text: string | undefined): RunRecord | undefined {
  const [, step, errno, encoded] = /^F (\w+) (\w+) =(\S*)$/.exec(text ?? "") ?? [];
  if (step === undefined || errno === undefined || encoded === undefined) return undefined;
  const latin1 = encoded.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { state: "failed", step, errno, path: Buffer.from(latin1, "latin1").toString("utf8") };
}

function parseEnd(text: string | undefined): RecordEnd | undefined {
  const fields = /^E (\d{1,10}) ([xs]) (\d{1,3}) ([01-])((?: (?:\d{1,16}|-)){7}) (\d{1,15})$/.exec(text ?? "");
  if (fields === null) return undefined;
  const [, pid, how, code, core, usage, endedAt] = fields;
  const exit: RecordExit =
    how === "x"
      ? { kind: "exited", exitCode: Number(code) }
      : { kind: "signalled", signal: signalName(Number(code)), coreDumped: core === "1" };
  return { pid: Number(pid), exit, usage: parseUsage(usage ?? ""), endedAt: Number(endedAt) };
}

/** Written with the end; without it, or when it is torn, they are not known. */
function parseOperations(text: string | undefined, pid: number): Partial<RecordUsage> {
  const [, of, readOps, writeOps] = /^U (\d{1,10}) (\d{1,16}) (\d{1,16})$/.exec(text ?? "") ?? [];
  return Number(of) === pid ? { readOps: Number(readOps), writeOps: Number(writeOps) } : {};
}

function parseUsage(text: string): RecordUsage | undefined {
  const [userUs, systemUs, rss, read, write, voluntarySwitches, involuntarySwitches] = text
    .trim()
    .split(" ")
    .map((field) => (field === "-" ? undefined : Number(field)));
  if (userUs === undefined || systemUs === undefined) return undefined;
  return {
    userUs,
    systemUs,
    voluntarySwitches,
    involuntarySwitches,
    readOps: undefined,
    writeOps: undefined,
    maxRssBytes: times(rss, KIBIBYTE),
    readBytes: times(read, STORAGE_BLOCK_BYTES),
    writeBytes: times(write, STORAGE_BLOCK_BYTES),
  };
}

function times(count: number | undefined, unit: number): number | undefined {
  return count === undefined ? undefined : count * unit;
}

/** The first name of a number is the usual one: SIGABRT, not SIGIOT. */
function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `SIG${number}`;
}
