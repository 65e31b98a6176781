/** Takes a worktree away; what is in it is a checkpoint and a patch before that. */
import { existsSync } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { type Owner, recordCheckpoint } from "./checkpoints.ts";
import { commitOf } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { snapshotTree } from "./snapshot.ts";
import { listWorktrees } from "./worktrees.ts";

export type SaveWish = { owner: Owner; run: number; baseCommit: string; patch: string };

/**
 * All that differs from where the branch began, committed or not, as a patch that `git apply` takes.
 * @param git in the worktree @returns whether anything differs @throws ClaudineError; what is not a file here cannot be saved
 */
export async function saveWorktree(git: Git, { owner, run, baseCommit, patch }: SaveWish): Promise<boolean> {
  await refuseDirtySubmodules(git);
  await recordCheckpoint(git, owner, { run, why: "before the worktree is removed" });
  const tree = await snapshotTree(git);
  const base = (await commitOf(git, baseCommit)) ?? "HEAD";
  const { code } = await git.run(["diff", "--quiet", base, tree, "--"]);
  if (code === 0) return false;
  await mkdir(dirname(patch), { recursive: true, mode: 0o700 });
  const part = `${patch}.part`;
  const shape = ["--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"];
  await git.read(["diff", ...shape, "--src-prefix=a/", "--dst-prefix=b/", `--output=${part}`, base, tree, "--"]);
  await flush(part);
  await rename(part, patch);
  await flush(dirname(patch));
  return true;
}

async function refuseDirtySubmodules(git: Git): Promise<void> {
  const status = (await git.read(["status", "--porcelain=v2", "-z", "--ignore-submodules=none"])).toString();
  // `S<c><m><u>`: other commits, changes, untracked files.
  const [dirty] = status.split("\0").filter((line) => /^[12u] .. S(C|.M|..U)/.test(line));
  if (dirty === undefined) return;
  throw new ClaudineError("wrong_state", `a submodule has changes of its own: ${dirty.split(" ").slice(8).join(" ")}`, {
    hint: "Commit and push them there, or remove it with --force",
  });
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** @param git of the repository, not in the worktree @throws ClaudineError as for one that is locked */
export async function takeAway(git: Git, path: string): Promise<void> {
  const isListed = (await listWorktrees(git)).some((one) => one.path === path);
  if (isListed) await git.read(["worktree", "remove", "--force", "--", path]);
  else if (existsSync(path))
    throw new ClaudineError("wrong_state", `${path} is no worktree of ${git.place.cwd}`, {
      hint: "Nothing was removed",
    });
}
