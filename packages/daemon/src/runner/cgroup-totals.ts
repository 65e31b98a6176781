/** What all that was ever in a run's control group (version 2) used: also processes that nobody waited for. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the kernel does not count there, as a controller is not on, is undefined. */
export type GroupTotals = {
  cpu: { userMs: number; systemMs: number } | undefined;
  peakBytes: number | undefined;
  readBytes: number | undefined;
  writeBytes: number | undefined;
  peakThreads: number | undefined;
};

/** Formats: Linux, Documentation/admin-guide/cgroup-v2.rst. Undefined when there is no such group. */
export function readGroupTotals(folder: string): GroupTotals | undefined {
  const cpu = read(folder, "cpu.stat");
  if (cpu === undefined) return undefined;
  const [userMs, systemMs] = [microsecondsIn(cpu, "user_usec"), microsecondsIn(cpu, "system_usec")];
  const io = read(folder, "io.stat");
  return {
    cpu: userMs === undefined || systemMs === undefined ? undefined : { userMs, systemMs },
    peakBytes: numberIn(read(folder, "memory.peak")),
    readBytes: io === undefined ? undefined : sumOf(io, /\brbytes=(\d+)/g),
    writeBytes: io === undefined ? undefined : sumOf(io, /\bwbytes=(\d+)/g),
    peakThreads: numberIn(read(folder, "pids.peak")),
  };
}

function microsecondsIn(text: string, name: string): number | undefined {
  const us = new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1];
  return us === undefined ? undefined : Number(us) / 1000;
}

function numberIn(text: string | undefined): number | undefined {
  const digits = /^\d+/.exec(text ?? "")?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** A line for each device. */
function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
}

function read(folder: string, file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), "latin1");
  } catch {
    return undefined;
  }
}
