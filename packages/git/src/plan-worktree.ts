/** Decides where the worktree of a task will be, of which branch and base. Only reads. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Worktree, WorktreeRule } from "@claudine/protocol/worktree";
import { branchOf, branchRef, checkBranchName, commitOf } from "./refs.ts";
import { findRepo } from "./repo.ts";
import type { Git } from "./run-git.ts";
import { checkoutOf } from "./worktrees.ts";

export type WorktreeWish = {
  rule: WorktreeRule;
  task: { id: number; label: string | null };
  /** The folder of all worktrees. */
  folder: string;
};

const SLUG_LENGTH = 40;
const NAME_LENGTH = 80;
const TRIES = 1000;
const PREFIX = "claudine";

/** `git` is in the folder that the task was submitted in. @throws ClaudineError with what keeps it from being made */
export async function planWorktree(git: Git, wish: WorktreeWish): Promise<Worktree> {
  const repo = await findRepo(git);
  const base = await baseOf(git, wish.rule.base ?? "HEAD");
  const branch = await branchFor(git, wish, base.commit);
  const place = {
    path: freePath(join(wish.folder, `${plain(basename(repo.top))}-${slugOf(wish.task)}`)),
    base: base.branch ?? null,
    repo: repo.top,
    gitDir: repo.gitDir,
    folder: repo.folder,
  };
  return { ...place, ...branch };
}

async function baseOf(git: Git, name: string): Promise<{ commit: string; branch: string | undefined }> {
  const branch = await branchOf(git, name);
  // A tag may have the same name.
  const commit = await commitOf(git, branch === undefined ? name : branchRef(branch));
  if (commit !== undefined) return { commit, branch };
  if (name !== "HEAD")
    throw new ClaudineError("not_found", `the base ${name} is no commit of the repository`, {
      hint: "Name a branch, a tag or a commit with --base",
    });
  throw new ClaudineError("wrong_state", "the repository has no commit yet that a worktree could begin at", {
    hint: "Commit something first",
  });
}

type BranchFacts = Pick<Worktree, "branch" | "isNewBranch" | "baseCommit">;

async function branchFor(git: Git, { rule, task }: WorktreeWish, baseCommit: string): Promise<BranchFacts> {
  const { branch } = rule;
  if (branch === undefined) return { branch: await freeBranch(git, slugOf(task)), isNewBranch: true, baseCommit };
  await checkBranchName(git, branch);
  const tip = await commitOf(git, branchRef(branch));
  if (tip === undefined) return { branch, isNewBranch: true, baseCommit };
  const place = await checkoutOf(git, branch);
  if (place !== undefined)
    throw new ClaudineError("wrong_state", `the branch ${branch} is checked out in ${place}`, {
      hint: "A branch is checked out in one place only: name another with --worktree=BRANCH",
    });
  const fork = await git.run(["merge-base", baseCommit, tip]);
  return { branch, isNewBranch: false, baseCommit: fork.code === 0 ? fork.stdout.toString().trim() : baseCommit };
}

/** `12-fix-the-login` */
function slugOf({ id, label }: WorktreeWish["task"]): string {
  const words =
    (label ?? "")
      .normalize("NFKD")
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const slug = words.join("-").slice(0, SLUG_LENGTH).replace(/-$/, "");
  return slug === "" ? String(id) : `${id}-${slug}`;
}

function plain(name: string): string {
  const word = name.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+/, "");
  return word.slice(0, NAME_LENGTH) || "repo";
}

/** One of an earlier state folder may have the same id; and where there is a branch `claudine`, none can be below it. */
async function freeBranch(git: Git, slug: string): Promise<string> {
  const isTaken = async (branch: string) => (await commitOf(git, branchRef(branch))) !== undefined;
  const name = (await isTaken(PREFIX)) ? `${PREFIX}-${slug}` : `${PREFIX}/${slug}`;
  for (let count = 1; count < TRIES; count += 1) {
    const branch = count === 1 ? name : `${name}-${count}`;
    if (!(await isTaken(branch))) return branch;
  }
  return name;
}

function freePath(path: string): string {
  for (let count = 1; count < TRIES; count += 1) {
    const free = count === 1 ? path : `${path}-${count}`;
    if (!existsSync(free)) return free;
  }
  return path;
}
