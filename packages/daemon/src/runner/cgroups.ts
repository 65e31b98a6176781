/**
 * A control group (version 2) for each run, where the daemon has one of its own to make them in: what a task starts
 * cannot leave it, whatever it does to its session, parents and environment. Everything here is on top of the signals
 * that work without; nothing that fails is fatal.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readGroupTotals, type GroupTotals } from "./cgroup-totals.ts";
import { findOwnCgroup, type OwnCgroup } from "./own-cgroup.ts";

export type Cgroups = {
  /** Makes the group of a run. @returns its folder, for the shim's child to enter; undefined when there is none */
  make(runUid: string, memoryMaxBytes?: number): string | undefined;
  /** Whether the kernel keeps the run within its limit of memory. */
  isCapped(runUid: string): boolean;
  /** Whether the kernel has ended it because it reached that limit. */
  ranOutOfMemory(runUid: string): boolean;
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

const RUN_NAME = /^run-/;
const PAUSE_MS = 5;

export function openCgroups({ path: own, limitsMemory }: Partial<OwnCgroup> = findOwnCgroup() ?? {}): Cgroups {
  const folder = (runUid: string) => join(own ?? "", `run-${runUid}`);
  const put = (runUid: string, file: string, text: string): void => {
    if (own !== undefined) attempt(() => writeFileSync(join(folder(runUid), file), text));
  };
  const get = (runUid: string, file: string): string => (own === undefined ? "" : readText(join(folder(runUid), file)));
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
    make(runUid, memoryMaxBytes) {
      if (own === undefined || !attempt(() => mkdirSync(folder(runUid), { recursive: true }))) return undefined;
      if (limitsMemory === true && memoryMaxBytes !== undefined) {
        // All of the run ends together, and what goes to the swap would not be held back.
        put(runUid, "memory.oom.group", "1");
        put(runUid, "memory.swap.max", "0");
        put(runUid, "memory.max", String(memoryMaxBytes));
      }
      return folder(runUid);
    },
    isCapped: (runUid) => /^\d/.test(get(runUid, "memory.max")),
    // The count of kills alone is also of those for the want of the whole machine.
    ranOutOfMemory(runUid) {
      const events = get(runUid, "memory.events");
      return /^oom [1-9]/m.test(events) && /^oom_kill [1-9]/m.test(events);
    },
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
  return /^populated 1$/m.test(readText(join(path, "cgroup.events")));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
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
