/** `claudine worktree rebase`. */
import { branchRef, commitOf, endInterruptedRebase, rebase, recordCheckpoint, undoLast } from "@claudine/git";
import { ClaudineError } from "@claudine/protocol/errors";
import { existsSync } from "node:fs";
import type { Input, Io } from "../command.ts";
import { flag, text } from "../input.ts";
import { requireCommitted } from "./committed.ts";
import { tell } from "./merge.ts";
import { baseRefOf, checkoutOf, filesOf, naming, refuseWhileRunning, repoOf, taskPlace } from "./place.ts";

export async function rebaseWorktree(input: Input, io: Io): Promise<number> {
  const place = await taskPlace(io, input.args[0] ?? "", "rebase");
  const { client, task, owner } = place;
  const worktree = checkoutOf(task, "rebase");
  const { id } = task;
  refuseWhileRunning(task, "rebase");
  return naming(`rebase task ${id}`, async () => {
    const repo = await repoOf(place);
    if (existsSync(worktree.path)) await endInterruptedRebase(filesOf(place));
    await requireCommitted({ client, git: repo, task, worktree, commit: flag(input, "commit") });
    if (flag(input, "undo")) {
      const undone = await undoLast(repo, { owner, kind: "rebase" });
      const fork = await repo.run(["merge-base", baseRefOf(worktree), undone.from]);
      const baseCommit = fork.code === 0 ? fork.stdout.toString().trim() : worktree.baseCommit;
      await client.call("worktree.note", { id, step: "rebased", baseCommit });
      return tell(input, io, { text: `Took the rebase back: ${undone.branch} is as before`, value: undone });
    }
    const onto = text(input, "onto") ?? worktree.base ?? worktree.baseCommit;
    // A tag may have the same name as a branch.
    const base = (await commitOf(repo, branchRef(onto))) ?? (await commitOf(repo, onto));
    if (base === undefined) throw new ClaudineError("not_found", `${onto} is no commit of the repository`);
    const git = filesOf(place);
    await recordCheckpoint(git, owner, { run: Math.max(1, task.attempt), why: "before a rebase" });
    const isMoved = await rebase(git, { owner, branch: worktree.branch, onto: base });
    await client.call("worktree.note", { id, step: "rebased", baseCommit: base });
    const undo = isMoved ? `; claudine worktree rebase ${id} --undo takes it back` : ", where it was already";
    return tell(input, io, {
      text: `${worktree.branch} is on top of ${onto}${undo}`,
      value: { id, onto, commit: base },
    });
  });
}
