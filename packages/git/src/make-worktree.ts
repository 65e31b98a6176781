/** Makes a planned worktree, from whatever an earlier attempt left of it. */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Worktree } from "@claudine/protocol/worktree";
import { noWorktree, readNote, type ReadyNote, writeNote } from "./admin-dir.ts";
import { copyIgnored } from "./copy-ignored.ts";
import { isIncomplete, markComplete, markIncomplete } from "./incomplete.ts";
import { branchRef, commitOf, moveRefs } from "./refs.ts";
import { createGit, type Git } from "./run-git.ts";
import { checkoutOf, listWorktrees } from "./worktrees.ts";

export type MakeWish = {
  worktree: Worktree;
  /** Who owns it: written into it, so that it is known later whose it is. */
  owner: Omit<ReadyNote, "worktree">;
  copy: readonly string[];
  /** Ends processes of a daemon that died while it made the same worktree. */
  endOthers(): Promise<void>;
};

/** Begun anew only where it is known that it was never made to its end, or that nothing is there. @throws ClaudineError */
export async function makeWorktree(git: Git, wish: MakeWish): Promise<void> {
  const { worktree, owner } = wish;
  const { path } = worktree;
  const wasBegun = isIncomplete(path, owner.uid);
  if (!wasBegun && readNote(path, "ready") !== undefined) return;
  if (!wasBegun && existsSync(path)) throw noWorktree(worktree);
  const shared = await repoGit(git, worktree);
  if (wasBegun) {
    await wish.endOthers();
    await discard(shared, path);
  } else if (await isListed(shared, path)) {
    // Removed by hand; git refuses where somebody has it locked.
    await shared.read(["worktree", "remove", "--force", "--", path]);
  }
  await takePath(worktree, owner.uid);
  await make(shared, wish);
  await markComplete(path, owner.uid);
}

/** Whoever else has taken it meanwhile keeps it. */
async function takePath(worktree: Worktree, uid: string): Promise<void> {
  const { path } = worktree;
  await markIncomplete(path, uid);
  try {
    await mkdir(path);
  } catch (error) {
    await markComplete(path, uid);
    throw existsSync(path) ? noWorktree(worktree) : error;
  }
}

async function make(shared: Git, { worktree, owner, copy }: MakeWish): Promise<void> {
  const { path, branch, repo } = worktree;
  let isBranchNew = false;
  try {
    isBranchNew = await makeBranch(shared, worktree, owner);
    await shared.read(["worktree", "add", "--quiet", "--no-guess-remote", "--", path, branch]);
    await copyIgnored(shared, { from: repo, to: path, patterns: copy });
    const note: ReadyNote = { ...owner, worktree };
    writeNote(path, "ready", `${JSON.stringify(note)}\n`);
  } catch (error) {
    // Also when it was told to end. What cannot be taken away stays marked as incomplete.
    const git = createGit({ ...shared.place, signal: undefined });
    await discard(git, path)
      .then(() => markComplete(path, owner.uid))
      .then(() => (isBranchNew ? removeBranch(git, worktree) : undefined))
      .catch(() => {});
    throw error;
  }
}

/** Unless somebody else has taken it meanwhile. */
async function removeBranch(git: Git, { branch, baseCommit }: Worktree): Promise<void> {
  const ref = branchRef(branch);
  if ((await commitOf(git, ref)) === baseCommit && (await checkoutOf(git, branch)) === undefined)
    await moveRefs(git, [{ ref, from: baseCommit, to: undefined }], "claudine: no worktree");
}

/** The checkout may be gone while the repository is there, as when it was a worktree itself. */
export async function repoGit(git: Git, { repo, gitDir }: Pick<Worktree, "repo" | "gitDir">): Promise<Git> {
  if (existsSync(repo)) return git.at(repo);
  if (existsSync(gitDir)) return git.at(gitDir);
  throw new ClaudineError("not_found", `there is no repository at ${repo} any more`);
}

async function isListed(git: Git, path: string): Promise<boolean> {
  return (await listWorktrees(git)).some((one) => one.path === path);
}

/** Only one that is marked as incomplete. Twice forced: git locks it while it makes it. */
async function discard(git: Git, path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
  if (await isListed(git, path)) await git.read(["worktree", "remove", "--force", "--force", "--", path]);
}

/** @returns whether it was not there */
async function makeBranch(
  git: Git,
  { branch, isNewBranch, baseCommit }: Worktree,
  { id }: MakeWish["owner"],
): Promise<boolean> {
  if ((await commitOf(git, branchRef(branch))) !== undefined) return false;
  if (!isNewBranch) throw new ClaudineError("not_found", `the branch ${branch} is gone`);
  await moveRefs(git, [{ ref: branchRef(branch), from: undefined, to: baseCommit }], `claudine: branch of task ${id}`);
  return true;
}
