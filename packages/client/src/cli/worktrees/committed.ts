/** Before a branch is merged, rebased or pushed: what is uncommitted would not be part of it. */
import { commitAll, type Git, inWorktree, worktreeStatus } from "@claudine/git";
import { ClaudineError } from "@claudine/protocol/errors";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Worktree } from "@claudine/protocol/worktree";
import type { Client } from "../../client.ts";

export type Uncommitted = { client: Client; git: Git; task: TaskInfo; worktree: Worktree; commit: boolean };

/** @param git of the repository @throws ClaudineError wrong_state */
export async function requireCommitted({ client, git, task, worktree, commit }: Uncommitted): Promise<void> {
  const { isThere, uncommitted } = await worktreeStatus(git, worktree);
  if (!isThere) return;
  inWorktree(git, worktree);
  if (uncommitted === 0) return;
  if (uncommitted === null || !commit) throw notCommitted(worktree, uncommitted);
  const message = `${task.label ?? task.command.slice(0, 60)}\n\nThe work of task ${task.id} of Claudine.\n`;
  await commitAll(git, { worktree, message });
  await client.call("worktree.note", { id: task.id, step: "committed" });
}

/** Why `requireCommitted` would refuse it as it is; undefined when it would not. */
export async function whyNotCommitted(git: Git, worktree: Worktree): Promise<ClaudineError | undefined> {
  const { isThere, uncommitted } = await worktreeStatus(git, worktree);
  return isThere && uncommitted !== 0 ? notCommitted(worktree, uncommitted) : undefined;
}

/** @param count null when git cannot tell */
function notCommitted({ path }: Worktree, count: number | null): ClaudineError {
  if (count === null)
    return new ClaudineError("wrong_state", `git cannot tell what is uncommitted in ${path}`, {
      hint: "git status there says why",
    });
  const files = count === 1 ? "1 file is" : `${count} files are`;
  return new ClaudineError("wrong_state", `in ${path} ${files} not committed`, { hint: "--commit commits them first" });
}
