/** Repositories within a worktree, as submodules: what is only in one of them goes with the worktree. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { readable, wordsOf } from "./file-names.ts";
import type { Git } from "./run-git.ts";

type Inner = {
  name: string;
  /** What is recorded of it where the branch began: known elsewhere. */
  known: string | undefined;
};

/** @param top of the worktree, `tree` its files, `base` where it began @throws ClaudineError wrong_state */
export async function refuseLosingRepos(top: Git, { tree, base }: { tree: string; base: string }): Promise<void> {
  const known = new Map((await linksOf(top, ["ls-tree", "-r", "-z", base])).map(({ name, commit }) => [name, commit]));
  for (const { name } of await linksOf(top, ["ls-tree", "-r", "-z", tree]))
    await refuseLosing(top, { name, known: known.get(name) });
}

async function linksOf(git: Git, list: readonly string[]): Promise<{ name: string; commit: string }[]> {
  return wordsOf(await git.read(list)).flatMap((word) => {
    const [, commit, name] = /^160000 (?:commit )?([0-9a-f]+)(?: \d)?\t(.*)$/s.exec(word) ?? [];
    return commit === undefined || name === undefined ? [] : [{ name: readable(name), commit }];
  });
}

async function refuseLosing(outer: Git, { name, known }: Inner): Promise<void> {
  const path = join(outer.place.cwd, name);
  if (!existsSync(join(path, ".git"))) return;
  const what = known === undefined ? "a repository within" : "a submodule";
  const own = outer.at(path);
  const status = ["status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=none"];
  if ((await own.read(["-c", "core.fsmonitor=false", ...status])).length > 0)
    throw refusal(`${what} has changes of its own: ${name}`);
  if (await hasOwnCommits(own, known)) throw refusal(`${what} has commits that are nowhere else: ${name}`);
  for (const inner of await linksOf(own, ["ls-files", "--stage", "-z"]))
    await refuseLosing(own, { name: inner.name, known: inner.commit });
}

/** That no remote is known to have. */
async function hasOwnCommits(own: Git, known: string | undefined): Promise<boolean> {
  const tips = ["HEAD", "--branches", "--glob=refs/stas[h]"];
  const elsewhere = ["--remotes", ...(known === undefined ? [] : [known])];
  const { code, stdout } = await own.run(["rev-list", "--max-count=1", ...tips, "--not", ...elsewhere, "--"]);
  return code !== 0 || stdout.length > 0;
}

function refusal(why: string): ClaudineError {
  return new ClaudineError("wrong_state", why, { hint: "Commit and push them there, or remove it with --force" });
}
