/** Finds to which run each process belongs: by its session, or by being a child of one that belongs. */
import { findLeader, isRunning } from "./identity.ts";
import type { Processes, ProcessStat } from "./processes.ts";
import type { RunIdentity } from "./record.ts";

/** The variable by which a process that has left session and parent is still known. */
const MARK = "CLAUDINE_RUN_UID";

export type Roots<K> = {
  sessions: ReadonlyMap<number, K>;
  /** Processes known to belong although neither session nor parent says so. */
  pids: ReadonlyMap<number, K>;
  /** The daemon and its shim, which may themselves descend from a task; nothing is inherited through them. */
  never: ReadonlySet<number>;
};

export function groupByOwner<K>(all: readonly ProcessStat[], roots: Roots<K>): Map<K, ProcessStat[]> {
  const byPid = new Map(all.map((stat) => [stat.pid, stat]));
  const owners = new Map<number, K | undefined>();
  const ownerOf = (stat: ProcessStat): K | undefined => {
    if (owners.has(stat.pid)) return owners.get(stat.pid);
    owners.set(stat.pid, undefined); // ends the walk, should parents ever form a circle
    const parent = byPid.get(stat.ppid);
    const owner = roots.never.has(stat.pid)
      ? undefined
      : (roots.sessions.get(stat.sid) ??
        roots.pids.get(stat.pid) ??
        (parent === undefined ? undefined : ownerOf(parent)));
    owners.set(stat.pid, owner);
    return owner;
  };
  const groups = new Map<K, ProcessStat[]>();
  for (const stat of all) {
    const owner = ownerOf(stat);
    if (owner === undefined) continue;
    const group = groups.get(owner);
    if (group === undefined) groups.set(owner, [stat]);
    else group.push(stat);
  }
  return groups;
}

/** Tells processes of the same pid apart, within one boot. */
export function processName(stat: ProcessStat): string {
  return `${stat.pid}@${stat.startTicks}`;
}

export type RunProcesses = { identity: RunIdentity; /** Its value of CLAUDINE_RUN_UID. */ runUid: string };

/** A run's tree over several looks: what was found once stays known when its parent or the leader ends meanwhile. */
export type Tree = RunProcesses & { known: Set<string>; ownsSession: boolean };

export function newTree(run: RunProcesses): Tree {
  return { ...run, known: new Set(), ownsSession: false };
}

/** One look at the system finds the living processes of all these trees. */
export type Look = (trees: readonly Tree[], never: ReadonlySet<number>) => Map<Tree, ProcessStat[]>;

/** A run is its session, their descendants, and whoever carries its mark in the environment. */
export function createLook(processes: Processes): Look {
  const readMarks = markReader(processes);
  return (trees, never) => {
    const ours = trees.filter(({ identity }) => identity.bootId === processes.bootId());
    // Without a leader the session's number may belong to others, unless there were members of it a moment ago.
    for (const tree of ours) tree.ownsSession ||= findLeader(processes, tree.identity) !== undefined;
    const all = processes.list();
    const sessions = new Map(ours.filter((tree) => tree.ownsSession).map((tree) => [tree.identity.pid, tree]));
    const groups = groupByOwner(all, { sessions, pids: findRoots(ours, all, readMarks(all)), never });
    for (const tree of ours) {
      const members = groups.get(tree) ?? [];
      for (const member of members) tree.known.add(processName(member));
      tree.ownsSession = members.some(({ sid }) => sid === tree.identity.pid);
    }
    return new Map(trees.map((tree) => [tree, (groups.get(tree) ?? []).filter(isRunning)]));
  };
}

function findRoots(
  trees: readonly Tree[],
  all: readonly ProcessStat[],
  marks: ReadonlyMap<string, string>,
): Map<number, Tree> {
  const byName = new Map(trees.flatMap((tree) => [...tree.known].map((name) => [name, tree] as const)));
  const byMark = new Map(trees.map((tree) => [tree.runUid, tree]));
  const roots = new Map<number, Tree>();
  for (const stat of all) {
    const name = processName(stat);
    const tree = byName.get(name) ?? byMark.get(marks.get(name) ?? "");
    if (tree !== undefined) roots.set(stat.pid, tree);
  }
  return roots;
}

/**
 * Reads each environment once: a process without a mark gets none later, and with one it stays the run's. Where none is
 * shown there may be one a moment later. Threads of the kernel are in no session and have none.
 */
function markReader(processes: Processes): (all: readonly ProcessStat[]) => Map<string, string> {
  let marks = new Map<string, string>();
  return (all) => {
    const fresh = all.filter((stat) => stat.sid !== 0 && !marks.has(processName(stat)));
    const read = processes.environment(
      MARK,
      fresh.map(({ pid }) => pid),
    );
    const known = all.map((stat) => [processName(stat), marks.get(processName(stat)) ?? read.get(stat.pid)] as const);
    marks = new Map(known.flatMap(([name, mark]) => (mark === undefined ? [] : [[name, mark]])));
    return marks;
  };
}
