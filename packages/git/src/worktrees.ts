/** The worktrees of a repository as git lists them. */
import type { Git } from "./run-git.ts";

export type ListedWorktree = {
  path: string;
  /** Undefined when its head is detached. */
  branch: string | undefined;
  isPrunable: boolean;
};

/** The main one first. */
export async function listWorktrees(git: Git): Promise<ListedWorktree[]> {
  const text = (await git.read(["worktree", "list", "--porcelain", "-z"])).toString();
  return text
    .split("\0\0")
    .filter((record) => record !== "")
    .map((record) => {
      const lines = record.split("\0");
      const value = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
      return {
        path: value("worktree") ?? "",
        branch: value("branch")?.replace(/^refs\/heads\//, ""),
        isPrunable: lines.some((line) => line === "prunable" || line.startsWith("prunable ")),
      };
    });
}

/** Where a branch is checked out; undefined when it is not. */
export async function checkoutOf(git: Git, branch: string): Promise<string | undefined> {
  return (await listWorktrees(git)).find((one) => one.branch === branch)?.path;
}
