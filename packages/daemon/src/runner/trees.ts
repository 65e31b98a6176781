/** Signals whole process trees and waits for their ends; many runs at once share each look at the system. */
import { shortageOf } from "../running/shortage.ts";
import { createLook, newTree, type RunProcesses, type Tree } from "./members.ts";
import type { Processes, ProcessStat } from "./processes.ts";
import { groupOf, kill, signalMembers } from "./signal.ts";

export type TreeEnd = {
  /** How many processes of the run were seen. */
  seen: number;
  /** Pids that were still running at the deadline: not ours to signal, hanging in the kernel, or just not done. */
  left: readonly number[];
};

export type Trees = {
  /**
   * Signals the group, and then each process that has left it: in this order none slips through by leaving meanwhile.
   * SIGKILL goes on until none runs, as processes may fork meanwhile. Another signal is sent once, so that what its
   * handlers start to clean up is left alone. Stopped processes are continued.
   */
  signal(run: RunProcesses, signal: NodeJS.Signals, deadlineMs: number): Promise<TreeEnd>;
  /** Resolves when no process of the run is left, or at the deadline. */
  gone(run: RunProcesses, deadlineMs: number): Promise<TreeEnd>;
};

type Job = {
  tree: Tree;
  signal: NodeJS.Signals | undefined;
  deadlineAt: number;
  isNew: boolean;
  resolve(end: TreeEnd): void;
};

const PAUSE_MS_MIN = 2;
const PAUSE_MS_MAX = 50;
/** Waiting takes at least this many times as long as looking. */
const REST = 10;

/** @param never pids that belong to no run although they may descend from one: the shim's; the daemon's own is added */
export function createTrees(processes: Processes, never: () => Iterable<number>): Trees {
  const look = createLook(processes);
  const trees = new Map<string, Tree>();
  let jobs: Job[] = [];
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = 0;

  const strike = (): void => {
    const excluded = new Set(never()).add(process.pid);
    const all = [...trees.values()];
    // A look before anything ends: afterwards the tree no longer shows who descends from whom.
    if (jobs.some((job) => job.isNew && job.signal !== undefined)) look(all, excluded);
    const groups = jobs.map((job) => signalGroup(processes, job));
    const found = look(all, excluded);
    jobs = jobs.filter(
      (job, at) => !advance(processes, { job, group: groups[at], members: found.get(job.tree) ?? [] }),
    );
    for (const [runUid, tree] of trees) {
      if (found.get(tree)?.length === 0 && !jobs.some((job) => job.tree === tree)) trees.delete(runUid);
    }
  };
  const round = (): void => {
    const startedAt = performance.now();
    try {
      strike();
    } catch (error) {
      // Nobody is taken for gone who just cannot be seen; the next round may see more.
      if (shortageOf(error) === undefined) throw error;
    }
    pauseMs = Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, pauseMs * 2));
    timer =
      jobs.length === 0 ? undefined : setTimeout(round, Math.max(pauseMs, (performance.now() - startedAt) * REST));
  };
  const add = (run: RunProcesses, job: Pick<Job, "signal" | "deadlineAt">): Promise<TreeEnd> =>
    new Promise((resolve) => {
      const tree = trees.get(run.runUid) ?? newTree(run);
      trees.set(run.runUid, tree);
      jobs.push({ ...job, tree, isNew: true, resolve });
      // Requests of one turn share the look.
      if (timer !== undefined && pauseMs === 0) return;
      clearTimeout(timer);
      pauseMs = 0;
      timer = setTimeout(round);
    });
  return {
    signal: (run, signal, deadlineMs) => add(run, { signal, deadlineAt: performance.now() + deadlineMs }),
    gone: (run, deadlineMs) => add(run, { signal: undefined, deadlineAt: performance.now() + deadlineMs }),
  };
}

function signalGroup(processes: Processes, { tree, signal }: Job): number | undefined {
  const group = groupOf(processes, tree.identity);
  if (group !== undefined && signal !== undefined) kill(-group, signal);
  return group;
}

type Found = { job: Job; group: number | undefined; members: readonly ProcessStat[] };

/** Returns whether the job is done. */
function advance(processes: Processes, { job, group, members }: Found): boolean {
  const { tree, signal } = job;
  if (signal !== undefined) signalMembers(processes, { members, group, signal });
  const isOnce = signal !== undefined && signal !== "SIGKILL";
  job.isNew = false;
  if (!isOnce && members.length > 0 && performance.now() < job.deadlineAt) return false;
  job.resolve({ seen: tree.known.size, left: isOnce ? [] : members.map(({ pid }) => pid) });
  return true;
}
