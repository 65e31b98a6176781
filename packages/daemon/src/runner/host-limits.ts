/** What the control groups around the daemon allow: in a container or a limited service the machine is smaller than it looks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type HostLimits = {
  /** Cores' worth of time; undefined without a quota. */
  cores: number | undefined;
  /** Memory that may still be taken; undefined without a limit. */
  memoryFreeBytes: number | undefined;
};

type Read = (path: string) => string | undefined;

/**
 * The tightest limit on the way from the daemon's group (version 2) to the root counts; memory of files that can be
 * given back is free. Formats: Linux, Documentation/admin-guide/cgroup-v2.rst.
 * @param root the mounted hierarchy @param group the daemon's path in it, as in /proc/self/cgroup
 */
export function readHostLimits(root = "/sys/fs/cgroup", group = ownGroup(), read: Read = readText): HostLimits {
  const limits: HostLimits = { cores: undefined, memoryFreeBytes: undefined };
  if (group === undefined) return limits;
  const parts = group.split("/").filter((part) => part !== "");
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const folder = join(root, ...parts.slice(0, depth));
    limits.cores = smaller(limits.cores, coresOf(read(join(folder, "cpu.max"))));
    limits.memoryFreeBytes = smaller(limits.memoryFreeBytes, memoryOf(folder, read));
  }
  return limits;
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** `150000 100000` is one and a half cores, `max 100000` no limit. */
function coresOf(text: string | undefined): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)/.exec(text ?? "") ?? [];
  return quota === undefined || period === undefined ? undefined : Number(quota) / Number(period);
}

function memoryOf(folder: string, read: Read): number | undefined {
  const limit = numberOf(read(join(folder, "memory.max")));
  const current = numberOf(read(join(folder, "memory.current")));
  if (limit === undefined || current === undefined) return undefined;
  const files = numberOf(/^inactive_file (\d+)$/m.exec(read(join(folder, "memory.stat")) ?? "")?.[1]) ?? 0;
  return Math.max(0, limit - current + files);
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

function ownGroup(): string | undefined {
  return /^0::(\/.*)$/m.exec(readText("/proc/self/cgroup") ?? "")?.[1];
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
