/** Commits everything that is uncommitted in a task's own worktree to its branch. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Worktree } from "@claudine/protocol/worktree";
import { inWorktree, readNote, removeNote, writeNote } from "./admin-dir.ts";
import { addAll } from "./add-all.ts";
import { identity } from "./identity.ts";
import { branchRef, moveRefs } from "./refs.ts";
import { refusalOf } from "./refusal.ts";
import type { Git } from "./run-git.ts";
import { gitDirOf } from "./snapshot.ts";
import { requireOn } from "./unfinished.ts";

export type CommitWish = { worktree: Worktree; message: string };

/**
 * The branch is moved last and in one step. Interrupted before that, all is uncommitted as it was, perhaps staged.
 * @returns the commit; undefined when there was nothing @throws ClaudineError
 */
export async function commitAll(git: Git, { worktree, message }: CommitWish): Promise<string | undefined> {
  const { path, branch } = worktree;
  const own = inWorktree(git, worktree);
  const unmerged = await own.read(["ls-files", "-z", "--unmerged"]);
  if (unmerged.length > 0) throw new ClaudineError("wrong_state", `${path} has conflicts that are not resolved`);
  await requireOn(own, branch);
  const head = await own.line(["rev-parse", "HEAD"]);
  await stageAll(own);
  const tree = await own.line(["write-tree"]);
  if (tree === (await own.line(["rev-parse", "HEAD^{tree}"]))) return undefined;
  const env = await identity(own);
  const commit = await own.line(["commit-tree", "-p", head, tree], { input: message, env });
  await moveRefs(own, [{ ref: branchRef(branch), from: head, to: commit }], "claudine: commit on finish");
  return commit;
}

/** Whoever died here had the index locked; a lock of anybody else stays, and refuses. */
async function stageAll(own: Git): Promise<void> {
  const { cwd } = own.place;
  if (readNote(cwd, "committing") === "yes") await rm(join(await gitDirOf(own), "index.lock"), { force: true });
  writeNote(cwd, "committing", "yes");
  try {
    const { args, end } = await addAll(own, {});
    if (end.code !== 0) throw refusalOf(args, end);
  } finally {
    // One that was told to end may have been killed.
    if (own.place.signal?.aborted !== true) removeNote(cwd, "committing");
  }
}
