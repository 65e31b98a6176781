/** Makes a planned worktree, from whatever an earlier attempt left of it. */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Worktree } from "@claudine/protocol/worktree";
import { adminDirOf, readNote, type ReadyNote, writeNote } from "./admin-dir.ts";
import { copyIgnored } from "./copy-ignored.ts";
import { branchRef, commitOf, moveRefs } from "./refs.ts";
import { createGit, type Git } from "./run-git.ts";
import { listWorktrees } from "./worktrees.ts";

export type MakeWish = {
  worktree: Worktree;
  /** Who owns it: written into it, so that it is known later whose it is. */
  owner: Omit<ReadyNote, "worktree">;
  copy: readonly string[];
  /** Ends processes of a daemon that died while it made the same worktree. */
  endOthers(): Promise<void>;
};

/** Only a worktree that is ready was ever seen by a task: anything less is begun anew. @throws ClaudineError */
export async function makeWorktree(git: Git, wish: MakeWish): Promise<void> {
  const { worktree, owner, copy } = wish;
  if (readNote(worktree.path, "ready") !== undefined) return;
  const shared = await repoGit(git, worktree);
  if (existsSync(worktree.path) || (await isListed(shared, worktree.path))) {
    await wish.endOthers();
    await discard(shared, worktree.path);
  }
  await makeBranch(shared, worktree, owner);
  await mkdir(dirname(worktree.path), { recursive: true, mode: 0o700 });
  try {
    await shared.read(["worktree", "add", "--quiet", "--no-guess-remote", "--", worktree.path, worktree.branch]);
    await copyIgnored(shared, { from: worktree.repo, to: worktree.path, patterns: copy });
    const note: ReadyNote = { ...owner, worktree };
    writeNote(worktree.path, "ready", `${JSON.stringify(note)}\n`);
  } catch (error) {
    // Also when it was told to end.
    await undo(createGit({ ...shared.place, signal: undefined }), worktree).catch(() => {});
    throw error;
  }
}

async function undo(git: Git, { path, branch, isNewBranch, baseCommit }: Worktree): Promise<void> {
  await discard(git, path);
  const ref = branchRef(branch);
  if (isNewBranch && (await commitOf(git, ref)) === baseCommit)
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

/** Never one that is ready. */
async function discard(git: Git, path: string): Promise<void> {
  const admin = adminDirOf(path);
  if (readNote(path, "ready") !== undefined) return;
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
  if (admin !== undefined || (await isListed(git, path)))
    await git.run(["worktree", "remove", "--force", "--force", "--", path]);
}

async function makeBranch(
  git: Git,
  { branch, isNewBranch, baseCommit }: Worktree,
  { id }: MakeWish["owner"],
): Promise<void> {
  if ((await commitOf(git, branchRef(branch))) !== undefined) return;
  if (!isNewBranch) throw new ClaudineError("not_found", `the branch ${branch} is gone`);
  await moveRefs(git, [{ ref: branchRef(branch), from: undefined, to: baseCommit }], `claudine: branch of task ${id}`);
}
