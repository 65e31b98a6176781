/** The control group (version 2) in which the daemon may make others, and whether these can have limits of memory. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export type OwnCgroup = { path: string; /** Groups in it can have limits of memory. */ limitsMemory: boolean };

/** Only a group that is named after the daemon is its own: `claudined.service`, which has Delegate=yes. */
const OWN_NAME = /^claudined\b/;
/** Where the daemon itself is: a group that gives controllers on may hold no process (DelegateSubgroup= in the unit). */
const LEAF = "daemon";

export function findOwnCgroup(): OwnCgroup | undefined {
  const place = placeIn(readText("/proc/self/cgroup"));
  const mount = / \/ (\S+) .* - cgroup2 /.exec(readText("/proc/self/mountinfo"))?.[1];
  if (place === undefined || mount === undefined) return undefined;
  const path = join(mount, place.own);
  try {
    const probe = join(path, `probe-${process.pid}`);
    mkdirSync(probe);
    rmdirSync(probe);
  } catch {
    return undefined;
  }
  return { path, limitsMemory: giveMemoryOn(path, place.inLeaf) };
}

/** The daemon's own group by what /proc/self/cgroup says; undefined when it is in somebody else's. */
export function placeIn(text: string): { own: string; inLeaf: boolean } | undefined {
  const path = /^0::(\/.*)$/m.exec(text)?.[1] ?? "/";
  if (OWN_NAME.test(basename(path))) return { own: path, inLeaf: false };
  const inLeaf = basename(path) === LEAF && OWN_NAME.test(basename(dirname(path)));
  return inLeaf ? { own: dirname(path), inLeaf } : undefined;
}

/**
 * Lets groups below have limits of memory; the daemon goes into the leaf for it.
 * A service manager that put the daemon into the group itself would not get its successor in there any more, so there
 * it stays as it is. @returns whether it can be done
 */
export function giveMemoryOn(path: string, inLeaf: boolean): boolean {
  const has = (file: string) => readText(join(path, file)).split(/\s+/).includes("memory");
  if (has("cgroup.subtree_control")) return true;
  if (!has("cgroup.controllers") || (!inLeaf && path.endsWith(".service"))) return false;
  try {
    if (!inLeaf) moveAll(path, join(path, LEAF));
    writeFileSync(join(path, "cgroup.subtree_control"), "+memory");
    return true;
  } catch {
    return false;
  }
}

/** One process in a write. One that has ended meanwhile is none to move. */
function moveAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const pid of readText(join(from, "cgroup.procs")).split("\n").filter(Boolean)) {
    try {
      writeFileSync(join(to, "cgroup.procs"), pid);
    } catch {
      continue;
    }
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
