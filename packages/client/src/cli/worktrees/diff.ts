/** `claudine worktree diff`: from where the branch began to the files as they are now. */
import { branchRef, commitOf, showGit, snapshotTree } from "@claudine/git";
import { existsSync } from "node:fs";
import type { Input, Io } from "../command.ts";
import { flag } from "../input.ts";
import { baseRefOf, checkoutOf, filesOf, naming, repoOf, taskPlace } from "./place.ts";

/** @returns git's exit code */
export async function diffWorktree(input: Input, io: Io): Promise<number> {
  const place = await taskPlace(io, input.args[0] ?? "", "compare");
  const { task } = place;
  const worktree = checkoutOf(task, "compare");
  return naming(`compare task ${task.id}`, async () => {
    const repo = await repoOf(place);
    const tip = branchRef(worktree.branch);
    const now = existsSync(worktree.path) ? await snapshotTree(filesOf(place)) : tip;
    const fork = await repo.run(["merge-base", baseRefOf(worktree), tip]);
    const base = fork.code === 0 ? fork.stdout.toString().trim() : await commitOf(repo, worktree.baseCommit);
    const words = flag(input, "stat") ? ["--stat"] : [];
    return showGit(repo.place, ["diff", ...words, base ?? worktree.baseCommit, now, "--"]);
  });
}
