/** `claudine worktree diff`: from where the branch began to the files as they are now. */
import { commitOf, repoGit, showGit, snapshotTree } from "@claudine/git";
import { existsSync } from "node:fs";
import type { Input, Io } from "../command.ts";
import { flag } from "../input.ts";
import { checkoutOf, naming, taskPlace } from "./place.ts";

/** @returns git's exit code */
export async function diffWorktree(input: Input, io: Io): Promise<number> {
  const { task, git } = await taskPlace(io, input.args[0] ?? "", "compare");
  const worktree = checkoutOf(task, "compare");
  return naming(`compare task ${task.id}`, async () => {
    const repo = await repoGit(git, worktree);
    const now = existsSync(worktree.path) ? await snapshotTree(git) : `refs/heads/${worktree.branch}`;
    const fork = await repo.run(["merge-base", worktree.base ?? worktree.baseCommit, `refs/heads/${worktree.branch}`]);
    const base = fork.code === 0 ? fork.stdout.toString().trim() : await commitOf(repo, worktree.baseCommit);
    const words = flag(input, "stat") ? ["--stat"] : [];
    return showGit(repo.place, ["diff", ...words, base ?? worktree.baseCommit, now, "--"]);
  });
}
