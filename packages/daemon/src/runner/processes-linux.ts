/** Processes as Linux shows them under /proc, read without a child process or a thread. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import os from "node:os";
import { shortageOf } from "../running/shortage.ts";
import type { Processes, ProcessIo, ProcessStat } from "./processes.ts";

/** A stat line is a few hundred bytes. */
const STAT_BYTES = 2048;
/** USER_HZ, the unit of times in /proc, is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;

export function linuxProcesses(root = "/proc"): Processes {
  const buffer = Buffer.allocUnsafe(STAT_BYTES);
  const pageBytes = readPageBytes();
  let boot: string | undefined;
  const readAt = (upMs: number, pid: number | string): ProcessStat | undefined => {
    const bytes = readBytes(buffer, `${root}/${pid}/stat`);
    return bytes === undefined ? undefined : parseStat(bytes, { upMs, pageBytes });
  };
  const upMs = () => os.uptime() * 1000;
  return {
    bootId: () => (boot ??= readFileSync(`${root}/sys/kernel/random/boot_id`, "latin1").trim()),
    read: (pid) => readAt(upMs(), pid),
    list() {
      const now = upMs();
      return readdirSync(root)
        .filter(isPid)
        .map((pid) => readAt(now, pid))
        .filter((stat) => stat !== undefined);
    },
    sameStart: (one, other) => one === other,
    environment: (variable, pids) =>
      new Map(pids.map((pid) => [pid, readVariable(root, pid, variable)] as const).filter(isKnown)),
    name: (pid) => readInto(buffer, `${root}/${pid}/comm`)?.trimEnd() ?? "",
    title: (pid) => readInto(buffer, `${root}/${pid}/cmdline`)?.replaceAll("\0", " ").trim() ?? "",
    io: (pid) => parseIo(readInto(buffer, `${root}/${pid}/io`)),
  };
}

function isPid(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x31 && first <= 0x39;
}

function readInto(buffer: Buffer, path: string): string | undefined {
  return readBytes(buffer, path)?.toString("latin1");
}

/** Undefined when the process is gone or not ours to look at. Throws when the system is short of something. */
function readBytes(buffer: Buffer, path: string): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch (error) {
    return unlessShort(error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

type StatUnits = { upMs: number; pageBytes: number };

/** Fields after the name: state is the first of them, resident pages are the last that is of interest. */
const FIELDS = 22;
const [SPACE, CLOSE, ZERO, NINE] = [0x20, 0x29, 0x30, 0x39];

/**
 * Read as bytes: with texts of all fields of all processes, once a second, most of the time went into collecting them.
 * The name in parentheses may hold anything, also `) R 1`: fields count from the last parenthesis.
 */
export function parseStat(bytes: Uint8Array, { upMs, pageBytes }: StatUnits): ProcessStat | undefined {
  const close = bytes.lastIndexOf(CLOSE);
  const numbers = close < 0 ? undefined : numbersFrom(bytes, close + 2);
  if (numbers === undefined) return undefined;
  const at = (field: number) => numbers[field] ?? 0;
  const ownMs = MS_PER_TICK * (at(11) + at(12));
  return {
    pid: leadingNumber(bytes),
    ppid: at(1),
    pgid: at(2),
    sid: at(3),
    state: String.fromCharCode(bytes[close + 2] ?? 0),
    startTicks: String(at(19)),
    cpuMs: ownMs + MS_PER_TICK * (at(13) + at(14)),
    threads: at(17),
    own: {
      cpuMs: ownMs,
      rssBytes: at(21) * pageBytes,
      ageMs: Math.max(0, upMs - MS_PER_TICK * at(19)),
    },
  };
}

/** Undefined when there are not enough of them. A sign, as of a terminal that is none, is left out. */
function numbersFrom(bytes: Uint8Array, from: number): readonly number[] | undefined {
  const numbers: number[] = [];
  let number = 0;
  for (let at = from; at < bytes.length && numbers.length < FIELDS; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) number = number * 10 + byte - ZERO;
    else if (byte === SPACE) {
      numbers.push(number);
      number = 0;
    }
  }
  return numbers.length < FIELDS ? undefined : numbers;
}

function leadingNumber(bytes: Uint8Array): number {
  let number = 0;
  for (const byte of bytes) {
    if (byte < ZERO || byte > NINE) return number;
    number = number * 10 + byte - ZERO;
  }
  return number;
}

/** A process that cannot be looked at for want of a descriptor must not be taken for one that is gone. */
function unlessShort(error: unknown): undefined {
  if (shortageOf(error) !== undefined) throw error;
}

function isKnown(entry: readonly [number, string | undefined]): entry is readonly [number, string] {
  return entry[1] !== undefined;
}

/** Only of this user's processes: root may read the environment of all, but has no business with them. */
function readVariable(root: string, pid: number, variable: string): string | undefined {
  try {
    if (statSync(`${root}/${pid}`).uid !== process.getuid?.()) return "";
    const text = readFileSync(`${root}/${pid}/environ`, "latin1");
    // As it is in the middle of an exec, too.
    if (text === "") return undefined;
    const at = `\0${text}`.indexOf(`\0${variable}=`);
    return at < 0 ? "" : text.slice(at + variable.length + 1).split("\0", 1)[0];
  } catch (error) {
    return unlessShort(error);
  }
}

const IO = /^syscr: (\d+)\nsyscw: (\d+)\nread_bytes: (\d+)\nwrite_bytes: (\d+)$/m;

function parseIo(text: string | undefined): ProcessIo | undefined {
  const [, readOps, writeOps, readBytes, writeBytes] = (IO.exec(text ?? "") ?? []).map(Number);
  if (readOps === undefined || writeOps === undefined || readBytes === undefined || writeBytes === undefined)
    return undefined;
  return { readOps, writeOps, readBytes, writeBytes };
}

/** Entries of two words, by the kernel; `AT_PAGESZ` is 6. */
function readPageBytes(): number {
  try {
    const words = new BigUint64Array(Uint8Array.from(readFileSync("/proc/self/auxv")).buffer);
    const at = words.findIndex((word, index) => index % 2 === 0 && word === 6n);
    return at < 0 ? 4096 : Number(words[at + 1]);
  } catch {
    return 4096;
  }
}
