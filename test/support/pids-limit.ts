/** Keeps a process from starting others, by a control group of its own. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { inject, onTestFinished } from "vitest";
import { until } from "./until.ts";

const ROOTS = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"];

/** Where control groups count processes; undefined when they do not. */
function root(): string | undefined {
  return ROOTS.find((path) => {
    if (existsSync(join(path, "cgroup.clone_children"))) return true;
    const subtree = join(path, "cgroup.subtree_control");
    return existsSync(subtree) && readFileSync(subtree, "utf8").split(/\s+/).includes("pids");
  });
}

/** Why processes cannot be limited here; undefined when they can. */
export function whyNoPidsLimit(): string | undefined {
  if (process.getuid?.() !== 0) return "limiting processes by a control group needs root";
  return root() === undefined ? "no control groups count processes here" : undefined;
}

/** From now on every fork of the process fails with EAGAIN, until it is lifted. For one test. */
export async function forbidForks(pid: number): Promise<{ lift(): void }> {
  const path = join(root() ?? "", `${basename(inject("testRoot"))}-${pid}`);
  const put = (name: string, text: string) => writeFileSync(join(path, name), text);
  mkdirSync(path);
  onTestFinished(async () => {
    put("pids.max", "max");
    await until(`the control group ${path} to be empty`, () => {
      try {
        rmdirSync(path);
        return true;
      } catch {
        for (const one of readFileSync(join(path, "cgroup.procs"), "utf8").split("\n").filter(Boolean)) moveToRoot(one);
        return false;
      }
    });
  });
  put("cgroup.procs", String(pid));
  // Below what there is: a process that was just ending would otherwise leave room for another.
  put("pids.max", "0");
  return { lift: () => put("pids.max", "max") };
}

function moveToRoot(pid: string): void {
  try {
    writeFileSync(join(root() ?? "", "cgroup.procs"), pid);
  } catch {
    // It has ended.
  }
}
