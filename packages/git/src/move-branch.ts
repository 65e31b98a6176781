/** Moves a branch to another commit, and with it the one checkout it may be in, without writing over anything there. */
import { ClaudineError } from "@claudine/protocol/errors";
import { branchRef, isAncestor, moveRefs, type RefMove } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { checkoutOf } from "./worktrees.ts";

export type BranchMove = {
  branch: string;
  from: string;
  to: string;
  /** For the reflog. */
  why: string;
  /** Moved in the same step: what is needed to go back. */
  refs: readonly RefMove[];
};

/** Settings that would let git put work aside in a checkout where nothing is to be touched. */
const NO_STASH = ["-c", "merge.autoStash=false", "-c", "submodule.recurse=false"];

/** All or nothing. @throws ClaudineError wrong_state when a file that would change has local changes */
export async function moveBranch(git: Git, move: BranchMove): Promise<void> {
  const { branch, from, to, why, refs } = move;
  const place = await checkoutOf(git, branch);
  const own = { ref: branchRef(branch), from, to };
  if (place === undefined) return moveRefs(git, [...refs, own], why);
  const there = git.at(place);
  if ((await there.line(["rev-parse", "HEAD"])) !== from) throw movedOn(branch);
  await moveRefs(git, refs, why);
  try {
    if (await isAncestor(git, from, to)) await forward(there, to);
    else await back(there, move);
  } catch (error) {
    await moveRefs(git, refs.map(reversed), why);
    throw refusedIn(place, branch, error);
  }
}

/** Git's own way, which refuses to write over local changes and moves branch, index and files together. */
async function forward(there: Git, to: string): Promise<void> {
  await there.read([...NO_STASH, "merge", "--quiet", "--ff-only", "--no-autostash", to]);
}

/** The same for a commit that does not follow: git compares both trees and refuses where a file has local changes. */
async function back(there: Git, { branch, from, to, why }: BranchMove): Promise<void> {
  await there.run(["update-index", "-q", "--refresh"], { env: { GIT_OPTIONAL_LOCKS: "1" } });
  await there.read([...NO_STASH, "read-tree", "-m", "-u", from, to]);
  try {
    await moveRefs(there, [{ ref: branchRef(branch), from, to }], why);
  } catch (error) {
    await there.read([...NO_STASH, "read-tree", "-m", "-u", to, from]);
    throw error;
  }
}

const reversed = ({ ref, from, to }: RefMove): RefMove => ({ ref, from: to, to: from });

export function movedOn(branch: string): ClaudineError {
  return new ClaudineError("wrong_state", `${branch} has moved on meanwhile`, { hint: "Try again" });
}

function refusedIn(place: string, branch: string, error: unknown): unknown {
  if (!(error instanceof ClaudineError)) return error;
  const why = `${branch} is checked out in ${place}, and ${error.message}`;
  return new ClaudineError(error.code, why, {
    hint: "Nothing was changed; commit what is changed there, or check another branch out",
    cause: error,
  });
}
