/** How the worktree of a task stands to its base. */
import { existsSync } from "node:fs";
import { adminDirOf } from "./admin-dir.ts";
import type { Worktree } from "@claudine/protocol/worktree";
import { branchRef } from "./refs.ts";
import { wordsOf } from "./file-names.ts";
import type { Git } from "./run-git.ts";

export type WorktreeStatus = {
  isThere: boolean;
  /** Files that are changed or new and not committed; null when git cannot tell. */
  uncommitted: number | null;
  /** Commits that the branch has and the base lacks, and the other way round; null where one of them is gone. */
  ahead: number | null;
  behind: number | null;
};

export async function worktreeStatus(
  git: Git,
  { path, branch, base, baseCommit }: Pick<Worktree, "path" | "branch" | "base" | "baseCommit">,
): Promise<WorktreeStatus> {
  const isThere = existsSync(path);
  // Not of a repository around it, and whatever a configuration has people see.
  const isOwn = isThere && adminDirOf(path) !== undefined;
  const shape = ["--porcelain", "-z", "--no-renames", "--untracked-files=normal", "--ignore-submodules=none"];
  const status = isOwn ? await git.at(path).run(["status", ...shape]) : undefined;
  const names = status?.code === 0 ? wordsOf(status.stdout) : undefined;
  const sides = await git.run([
    "rev-list",
    "--left-right",
    "--count",
    `${base === null ? baseCommit : branchRef(base)}...${branchRef(branch)}`,
    "--",
  ]);
  const [behind, ahead] = sides.code === 0 ? sides.stdout.toString().trim().split("\t").map(Number) : [];
  return { isThere, uncommitted: isThere ? (names?.length ?? null) : 0, ahead: ahead ?? null, behind: behind ?? null };
}
