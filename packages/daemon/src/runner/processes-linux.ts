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
    const text = readInto(buffer, `${root}/${pid}/stat`);
    return text === undefined ? undefined : parseStat(text, { upMs, pageBytes });
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

/** Undefined when the process is gone or not ours to look at. Throws when the system is short of something. */
function readInto(buffer: Buffer, path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    return buffer.toString("latin1", 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch (error) {
    return unlessShort(error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

type StatUnits = { upMs: number; pageBytes: number };

/** The name in parentheses may hold anything, also `) R 1`: fields count from the last parenthesis. */
export function parseStat(text: string, { upMs, pageBytes }: StatUnits): ProcessStat | undefined {
  const close = text.lastIndexOf(")");
  const [state, ppid, pgid, sid, ...more] = text.slice(close + 2).split(" ");
  const startTicks = more[15];
  if (close < 0 || state === undefined || startTicks === undefined) return undefined;
  const ownMs = MS_PER_TICK * (Number(more[7]) + Number(more[8]));
  return {
    pid: Number.parseInt(text, 10),
    ppid: Number(ppid),
    pgid: Number(pgid),
    sid: Number(sid),
    state,
    startTicks,
    cpuMs: ownMs + MS_PER_TICK * (Number(more[9]) + Number(more[10])),
    threads: Number(more[13]),
    own: {
      cpuMs: ownMs,
      rssBytes: Number(more[17]) * pageBytes,
      ageMs: Math.max(0, upMs - MS_PER_TICK * Number(startTicks)),
    },
  };
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
