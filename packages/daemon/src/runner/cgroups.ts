/**
 * A control group (version 2) for each run, where the daemon has one of its own to make them in: what a task starts
 * cannot leave it, whatever it does to its session, parents and environment. Everything here is on top of the signals
 * that work without; nothing that fails is fatal.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readGroupTotals, type GroupTotals } from "./cgroup-totals.ts";

export type Cgroups = {
  /** Makes the group of a run. @returns its folder, for the shim's child to enter; undefined when there is none */
  make(runUid: string): string | undefined;
  /** Ends all in the group with SIGKILL; resolves when none is left, or at the deadline. */
  kill(runUid: string, deadlineMs: number): Promise<void>;
  freeze(runUid: string, on: boolean): void;
  /** Resolves when the group is empty or there is none; false at the deadline. */
  empty(runUid: string, deadlineMs: number): Promise<boolean>;
  /** What all in the group used; undefined when there is none. */
  totals(runUid: string): GroupTotals | undefined;
  /** Removes the group, at once or when its last process has ended. */
  remove(runUid: string): void;
};

/** Only a group that is named after the daemon is its own: `claudined.service`, which has Delegate=yes. */
const OWN_NAME = /^claudined\b/;
const RUN_NAME = /^run-/;
const PAUSE_MS = 5;

export function openCgroups(own: string | undefined = findOwn()): Cgroups {
  const folder = (runUid: string) => join(own ?? "", `run-${runUid}`);
  const put = (runUid: string, file: string, text: string): void => {
    if (own !== undefined) attempt(() => writeFileSync(join(folder(runUid), file), text));
  };
  const empty = async (runUid: string, deadlineMs: number): Promise<boolean> => {
    const deadlineAt = performance.now() + deadlineMs;
    while (own !== undefined && isPopulated(folder(runUid))) {
      if (performance.now() >= deadlineAt) return false;
      await delay(PAUSE_MS);
    }
    return true;
  };
  /** Groups whose task has ended and left processes behind, also under an earlier daemon. */
  const leftBehind = new Set(own === undefined ? [] : groupsIn(own));
  return {
    // It may be there already: the start was tried before, or the daemon before died on the way to it.
    make: (runUid) =>
      own !== undefined && attempt(() => mkdirSync(folder(runUid), { recursive: true })) ? folder(runUid) : undefined,
    async kill(runUid, deadlineMs) {
      put(runUid, "cgroup.kill", "1");
      if (own !== undefined && existsSync(join(folder(runUid), "cgroup.kill"))) await empty(runUid, deadlineMs);
    },
    freeze: (runUid, on) => put(runUid, "cgroup.freeze", on ? "1" : "0"),
    empty,
    totals: (runUid) => (own === undefined ? undefined : readGroupTotals(folder(runUid))),
    remove(runUid) {
      if (own === undefined) return;
      leftBehind.add(folder(runUid));
      for (const path of leftBehind) if (attempt(() => rmdirSync(path)) || !existsSync(path)) leftBehind.delete(path);
    },
  };
}

/** The daemon's own group, when it may make others in it. */
function findOwn(): string | undefined {
  try {
    const path = /^0::(\/.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/";
    const mount = / \/ (\S+) .* - cgroup2 /.exec(readFileSync("/proc/self/mountinfo", "utf8"))?.[1];
    if (mount === undefined || !OWN_NAME.test(basename(path))) return undefined;
    const own = join(mount, path);
    const probe = join(own, `probe-${process.pid}`);
    mkdirSync(probe);
    rmdirSync(probe);
    return own;
  } catch {
    return undefined;
  }
}

function groupsIn(own: string): string[] {
  try {
    return readdirSync(own)
      .filter((name) => RUN_NAME.test(name))
      .map((name) => join(own, name));
  } catch {
    return [];
  }
}

function isPopulated(path: string): boolean {
  try {
    return /^populated 1$/m.test(readFileSync(join(path, "cgroup.events"), "utf8"));
  } catch {
    return false;
  }
}

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
