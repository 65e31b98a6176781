/** The files of a checkout as a tree, by an index of its own: neither the user's index nor a branch is touched. */
import { randomUUID } from "node:crypto";
import { copyFile, lstat, mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { addAll } from "./add-all.ts";
import type { Env } from "./clean-env.ts";
import { bytesOf, pathOf, wordsOf } from "./file-names.ts";
import { removeOld } from "./leftovers.ts";
import type { Git } from "./run-git.ts";

export type Snapshot = {
  tree: string;
  /** What git could not take, in its words: files that cannot be read, a repository within without a commit. */
  problem: string | undefined;
};

const INDEX = "index-";
/** What a checkout may be told to believe of its files is not believed here. */
const SETTINGS = ["-c", "core.fsmonitor=false", "-c", "core.splitIndex=false"];
const UNREADABLE = /^warning: could not open directory/m;

/** Files that .gitignore names are left out. `use` may go on with the index. @throws ClaudineError */
export async function withSnapshot<T>(git: Git, use: (snapshot: Snapshot, index: Env) => Promise<T>): Promise<T> {
  const top = git.at(await git.line(["rev-parse", "--show-toplevel"]));
  const folder = join(await gitDirOf(top), "claudine");
  const file = join(folder, `${INDEX}${randomUUID()}`);
  const index = { GIT_INDEX_FILE: file };
  await mkdir(folder, { recursive: true });
  await removeOld(folder, INDEX);
  try {
    const own = resolve(top.place.cwd, await top.line(["rev-parse", "--git-path", "index"]));
    // With what the index knows of unchanged files they need not be read.
    await copyFile(own, file).catch(() => {});
    await lookAtAll(top, index);
    const { end: added } = await addAll(top, { settings: SETTINGS, words: ["--ignore-errors"] }, { env: index });
    const tree = await top.line(["write-tree"], { env: index });
    const isWhole = added.code === 0 && !UNREADABLE.test(added.stderr);
    return await use({ tree, problem: isWhole ? undefined : added.stderr.trim() }, index);
  } finally {
    await rm(file, { force: true });
    await rm(`${file}.lock`, { force: true });
  }
}

/** Files that somebody has git not look at (`update-index --assume-unchanged`, `--skip-worktree`) are files as others. */
async function lookAtAll(top: Git, index: Env): Promise<void> {
  const marked = wordsOf(await top.read(["ls-files", "-v", "-z"], { env: index })).filter((word) =>
    /^[a-zS]/.test(word),
  );
  const there = await Promise.all(marked.map((word) => isThere(top, word.slice(2))));
  const names = marked.filter((word, at) => !/^s/i.test(word) || there[at] === true).map((word) => word.slice(2));
  if (names.length === 0) return;
  const input = bytesOf(names);
  for (const flag of ["--no-assume-unchanged", "--no-skip-worktree"])
    await top.read([...SETTINGS, "update-index", flag, "-z", "--stdin"], { env: index, input });
}

/** Those that a sparse checkout leaves out are not. */
async function isThere({ place }: Git, name: string): Promise<boolean> {
  return (await lstat(pathOf(place.cwd, name)).catch(() => undefined)) !== undefined;
}

/** The files as they are now. @throws ClaudineError */
export function snapshotTree(git: Git): Promise<string> {
  return withSnapshot(git, ({ tree }) => Promise.resolve(tree));
}

/** Of this worktree. */
export async function gitDirOf(git: Git): Promise<string> {
  return git.line(["rev-parse", "--path-format=absolute", "--git-dir"]);
}
