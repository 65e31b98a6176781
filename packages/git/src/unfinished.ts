/** What git has begun in a checkout and not ended: nothing of ours may come in between. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { textOf } from "./admin-dir.ts";
import { branchOf, branchRef } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { gitDirOf } from "./snapshot.ts";

const SIGNS: Readonly<Record<string, string>> = {
  MERGE_HEAD: "a merge",
  CHERRY_PICK_HEAD: "a cherry-pick",
  REVERT_HEAD: "a revert",
  "rebase-merge": "a rebase",
  "rebase-apply": "a rebase",
};

/** @param git in the checkout @throws ClaudineError wrong_state when it is in the middle of something */
export async function requireFinished(git: Git): Promise<void> {
  const dir = await gitDirOf(git);
  const [, what] = Object.entries(SIGNS).find(([name]) => existsSync(join(dir, name))) ?? [];
  if (what === undefined) return;
  throw new ClaudineError("wrong_state", `${git.place.cwd} is in the middle of ${what}`, {
    hint: "Nothing was changed; end that there first",
  });
}

/** The same when it is not on the branch. */
export async function requireOn(git: Git, branch: string): Promise<void> {
  await requireFinished(git);
  if ((await branchOf(git, "HEAD")) !== branch)
    throw new ClaudineError("wrong_state", `${git.place.cwd} is not on the branch ${branch} any more`);
}

export async function isRebasing(git: Git): Promise<boolean> {
  const dir = await gitDirOf(git);
  return existsSync(join(dir, "rebase-merge")) || existsSync(join(dir, "rebase-apply"));
}

/** A checkout in which a branch is rebased is on no branch meanwhile, and moves it in the end. @throws ClaudineError */
export async function refuseRebased(git: Git, branch: string): Promise<void> {
  const common = await git.line(["rev-parse", "--path-format=absolute", "--git-common-dir"]);
  const linked = existsSync(join(common, "worktrees")) ? readdirSync(join(common, "worktrees")) : [];
  for (const dir of [common, ...linked.map((name) => join(common, "worktrees", name))])
    for (const name of ["rebase-merge/head-name", "rebase-apply/head-name"])
      if (textOf(join(dir, name))?.trimEnd() === branchRef(branch))
        throw new ClaudineError("wrong_state", `${branch} is being rebased in another checkout`, {
          hint: "End that rebase first",
        });
}
