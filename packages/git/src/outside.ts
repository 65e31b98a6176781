/** What others have changed in the worktree of a task since its last run. */
import type { Checkpoint, Owner } from "./checkpoints.ts";
import { listCheckpoints } from "./checkpoints.ts";
import type { Git } from "./run-git.ts";
import { snapshotTree } from "./snapshot.ts";

export type Outside = {
  /** What the run has left. */
  base: Checkpoint;
  files: readonly string[];
  /** For people and agents. */
  stat: string;
};

/** Undefined when nothing is changed, or nobody knows what the run has left. @throws ClaudineError */
export async function outsideChanges(git: Git, owner: Owner, run: number): Promise<Outside | undefined> {
  const base = leftBy(await listCheckpoints(git, owner), run);
  if (base === undefined) return undefined;
  const trees = [base.tree, await snapshotTree(git)];
  const names = await git.read(["diff-tree", "-r", "-z", "--name-only", "--no-renames", ...trees]);
  const files = names.toString().split("\0").slice(0, -1);
  if (files.length === 0) return undefined;
  return {
    base,
    files,
    stat: (await git.read(["diff-tree", "-r", "--stat", "--no-color", ...trees, "--"])).toString(),
  };
}

/** Those made before something of a person's are not the task's; where a run has changed nothing, an earlier one is its own. */
function leftBy(all: readonly Checkpoint[], run: number): Checkpoint | undefined {
  const own = all.filter((one) => one.run <= run && !/^before the (?!run\b)/.test(one.why));
  return own.at(-1);
}
