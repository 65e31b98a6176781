/** Moves a branch to another commit, and with it the one checkout it may be in, without writing over anything there. */
import { ClaudineError } from "@claudine/protocol/errors";
import { changingFiles, NOTHING_ELSE, readTree } from "./change-files.ts";
import { branchRef, isAncestor, moveRefs, type RefMove } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { refuseRebased, requireFinished } from "./unfinished.ts";
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

/** All or nothing. @throws ClaudineError wrong_state when a file that would change has local changes */
export async function moveBranch(git: Git, move: BranchMove): Promise<void> {
  const { branch, from, to, why, refs } = move;
  const place = await checkoutOf(git, branch);
  if (place === undefined) {
    await refuseRebased(git, branch);
    return moveRefs(git, [...refs, ownMove(move)], why);
  }
  const there = git.at(place);
  await requireFinished(there);
  if ((await there.line(["rev-parse", "HEAD"])) !== from) throw movedOn(branch);
  try {
    await refreshed(there);
    await changingFiles(there, { from, to }, async () =>
      (await isAncestor(git, from, to)) ? forward(there, move) : back(there, move),
    );
  } catch (error) {
    throw refusedIn(place, branch, error);
  }
}

const ownMove = ({ branch, from, to }: BranchMove): RefMove => ({ ref: branchRef(branch), from, to });

/** So that a file that was only touched does not count as changed. */
async function refreshed(there: Git): Promise<void> {
  await there.run(["update-index", "-q", "--refresh"], { env: { GIT_OPTIONAL_LOCKS: "1" } });
}

/** Options of a merge that a repository may have for one branch would make another one of it; `=` may be in its name. */
const EMPTY = "CLAUDINE_NO_OPTIONS";

/** Git's own way, which moves branch, index and files together. */
async function forward(there: Git, { branch, to, why, refs }: BranchMove): Promise<void> {
  await moveRefs(there, refs, why);
  try {
    const settings = [...NOTHING_ELSE, `--config-env=branch.${branch}.mergeOptions=${EMPTY}`];
    const words = ["merge", "--quiet", "--ff-only", "--no-squash", "--no-autostash", "--no-overwrite-ignore", to];
    await there.read([...settings, ...words], { env: { [EMPTY]: "" } });
  } catch (error) {
    await moveRefs(there, refs.map(reversed), why);
    throw error;
  }
}

/** For a commit that does not follow. Interrupted before the last step, it can be done again. */
async function back(there: Git, move: BranchMove): Promise<void> {
  const { from, to, why, refs } = move;
  await readTree(there, { from, to });
  try {
    await moveRefs(there, [...refs, ownMove(move)], why);
  } catch (error) {
    await readTree(there, { from: to, to: from });
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
  const ofFiles = "Nothing was changed; commit what is changed there, or check another branch out";
  const hint = error.code === "wrong_state" ? ofFiles : error.hint;
  return new ClaudineError(error.code, why, { hint, cause: error });
}
