/** The files of a checkout as a tree, by an index of its own: neither the user's index nor a branch is touched. */
import { randomUUID } from "node:crypto";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Env } from "./clean-env.ts";
import type { Git } from "./run-git.ts";

export type Snapshot = {
  tree: string;
  /** What git could not take, in its words: files that cannot be read, a repository within without a commit. */
  problem: string | undefined;
};

/** Files that .gitignore names are left out. `use` may go on with the index. @throws ClaudineError */
export async function withSnapshot<T>(git: Git, use: (snapshot: Snapshot, index: Env) => Promise<T>): Promise<T> {
  const top = git.at(await git.line(["rev-parse", "--show-toplevel"]));
  const folder = join(await gitDirOf(top), "claudine");
  const file = join(folder, `index-${randomUUID()}`);
  const index = { GIT_INDEX_FILE: file };
  await mkdir(folder, { recursive: true });
  try {
    const own = resolve(top.place.cwd, await top.line(["rev-parse", "--git-path", "index"]));
    // With what the index knows of unchanged files they need not be read.
    await copyFile(own, file).catch(() => {});
    const added = await top.run(["add", "--all", "--ignore-errors", "--", ":/"], { env: index });
    const tree = await top.line(["write-tree"], { env: index });
    return await use({ tree, problem: added.code === 0 ? undefined : added.stderr.trim() }, index);
  } finally {
    await rm(file, { force: true });
    await rm(`${file}.lock`, { force: true });
  }
}

/** The files as they are now. @throws ClaudineError */
export function snapshotTree(git: Git): Promise<string> {
  return withSnapshot(git, ({ tree }) => Promise.resolve(tree));
}

/** Of this worktree. */
export async function gitDirOf(git: Git): Promise<string> {
  return git.line(["rev-parse", "--path-format=absolute", "--git-dir"]);
}
