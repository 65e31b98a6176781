/** Commits everything that is uncommitted in a task's own worktree to its branch. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { readNote, writeNote } from "./admin-dir.ts";
import { identity } from "./identity.ts";
import { branchOf, branchRef, commitOf, moveRefs } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { gitDirOf } from "./snapshot.ts";

export type CommitWish = { path: string; branch: string; message: string };

/**
 * The branch is moved last and in one step. Interrupted before that, all is uncommitted as it was, perhaps staged.
 * @returns the commit; undefined when there was nothing @throws ClaudineError
 */
export async function commitAll(git: Git, { path, branch, message }: CommitWish): Promise<string | undefined> {
  const own = git.at(path);
  const head = await commitOf(own, "HEAD");
  const current = await branchOf(own, "HEAD");
  if (head === undefined || current !== branch)
    throw new ClaudineError("wrong_state", `${path} is not on the branch ${branch} any more`);
  // Whoever died here had the index locked.
  if (readNote(path, "committing") === "yes") await rm(join(await gitDirOf(own), "index.lock"), { force: true });
  const unmerged = await own.read(["ls-files", "-z", "--unmerged"]);
  if (unmerged.length > 0) throw new ClaudineError("wrong_state", `${path} has conflicts that are not resolved`);
  writeNote(path, "committing", "yes");
  await own.read(["add", "--all", "--", ":/"]);
  writeNote(path, "committing", "no");
  const tree = await own.line(["write-tree"]);
  if (tree === (await own.line(["rev-parse", "HEAD^{tree}"]))) return undefined;
  const env = await identity(own);
  const commit = await own.line(["commit-tree", "-p", head, tree], { input: message, env });
  await moveRefs(own, [{ ref: branchRef(branch), from: head, to: commit }], "claudine: commit on finish");
  return commit;
}
