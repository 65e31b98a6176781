/** Keeps what is in a worktree, as a checkpoint and as a patch, before it is taken away. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { type Owner, recordCheckpoint } from "./checkpoints.ts";
import { flush } from "./flush.ts";
import { refuseLosingRepos } from "./inner-repos.ts";
import { commitOf } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { type Snapshot, snapshotTree, withSnapshot } from "./snapshot.ts";

export type SaveWish = {
  owner: Owner;
  run: number;
  baseCommit: string;
  patch: string;
  /** What cannot be saved may be lost. */
  isForced?: boolean;
};
/** `hasChanges`: there is a patch. */
export type Saved = { tree: string; hasChanges: boolean };

/**
 * All that differs from where the branch began, committed or not, as a patch that `git apply` takes.
 * @param git in the worktree @throws ClaudineError; what is not a file here cannot be saved
 */
export async function saveWorktree(git: Git, wish: SaveWish): Promise<Saved> {
  const { owner, run, baseCommit, patch, isForced = false } = wish;
  const top = git.at(await git.line(["rev-parse", "--show-toplevel"]));
  const tree = isForced ? await snapshotTree(top) : await wholeTree(top);
  const base = (await commitOf(top, baseCommit)) ?? "HEAD";
  if (!isForced) await refuseLosingRepos(top, { tree, base });
  await recordCheckpoint(top, owner, { run, why: "before the worktree is removed" });
  const hasChanges = (await top.line(["rev-parse", `${base}^{tree}`])) !== tree;
  if (hasChanges) await writePatch(top, { from: base, to: tree, patch });
  return { tree, hasChanges };
}

/** @throws ClaudineError wrong_state when anything has changed since */
export async function requireAsSaved(git: Git, { tree }: Saved): Promise<void> {
  if ((await wholeTree(git)) === tree) return;
  throw new ClaudineError("wrong_state", "files change while they are saved", { hint: "Nothing was removed" });
}

function wholeTree(git: Git): Promise<string> {
  return withSnapshot(git, ({ tree, problem }: Snapshot) => {
    if (problem === undefined) return Promise.resolve(tree);
    const lines = problem.split("\n");
    const line = lines.find((one) => /^(error|fatal|warning): /.test(one)) ?? lines[0] ?? "";
    throw new ClaudineError("wrong_state", `not all of it can be saved: ${line}`, {
      hint: "Nothing was removed; --force removes it with what cannot be saved",
    });
  });
}

/** As the plumbing writes it, whatever a configuration has people see. */
const SHAPE = ["--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"];
const PREFIXES = ["--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=none", "--submodule=short"];

/** Git tells of a full disk only where it writes to its standard output. */
async function writePatch(top: Git, { from, to, patch }: { from: string; to: string; patch: string }): Promise<void> {
  await mkdir(dirname(patch), { recursive: true, mode: 0o700 });
  await flush(dirname(dirname(patch)));
  const part = `${patch}.part`;
  const file = await open(part, "w", 0o600);
  try {
    await top.read(["diff-tree", "-r", "-p", ...SHAPE, ...PREFIXES, from, to, "--"], { outputFd: file.fd });
    await file.sync();
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(part, patch);
  await flush(dirname(patch));
}
