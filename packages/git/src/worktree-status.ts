/** How the worktree of a task stands to its base. */
import { existsSync } from "node:fs";
import { branchRef } from "./refs.ts";
import type { Git } from "./run-git.ts";

export type WorktreeStatus = {
  isThere: boolean;
  /** Files that are changed or new and not committed. */
  uncommitted: number;
  /** Commits that the branch has and the base lacks, and the other way round; null where one of them is gone. */
  ahead: number | null;
  behind: number | null;
};

export async function worktreeStatus(
  git: Git,
  { path, branch, base }: { path: string; branch: string; base: string },
): Promise<WorktreeStatus> {
  const isThere = existsSync(path);
  const status = isThere ? await git.at(path).run(["status", "--porcelain", "-z", "--no-renames"]) : undefined;
  const lines =
    status?.stdout
      .toString()
      .split("\0")
      .filter((line) => line !== "") ?? [];
  const sides = await git.run(["rev-list", "--left-right", "--count", `${base}...${branchRef(branch)}`, "--"]);
  const [behind, ahead] = sides.code === 0 ? sides.stdout.toString().trim().split("\t").map(Number) : [];
  return { isThere, uncommitted: lines.length, ahead: ahead ?? null, behind: behind ?? null };
}
