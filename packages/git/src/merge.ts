/** Merges one branch into another aside, without a checkout: what cannot be merged changes nothing. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Owner } from "./checkpoints.ts";
import { identity } from "./identity.ts";
import { moveBranch } from "./move-branch.ts";
import { branchRef, commitOf, isAncestor } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { recordFor } from "./undo.ts";

export type MergeWish = { owner: Owner; branch: string; into: string };

/** What a merge would be. `files`: in conflict, as bytes may be no text. */
export type MergePlan =
  | { kind: "merged-already"; from: string }
  | { kind: "forward"; from: string; to: string }
  | { kind: "merge"; from: string; other: string; tree: string }
  | { kind: "conflict"; from: string; files: string[] };

/** Changes nothing. @throws ClaudineError */
export async function planMerge(git: Git, { branch, into }: Omit<MergeWish, "owner">): Promise<MergePlan> {
  const [from, other] = [await tipOf(git, into), await tipOf(git, branch)];
  if (await isAncestor(git, other, from)) return { kind: "merged-already", from };
  if (await isAncestor(git, from, other)) return { kind: "forward", from, to: other };
  const { code, stdout, stderr } = await git.run([
    "merge-tree",
    "--write-tree",
    "-z",
    "--name-only",
    "--no-messages",
    from,
    other,
  ]);
  const [tree = "", ...files] = stdout
    .toString()
    .split("\0")
    .filter((word) => word !== "");
  if (code === 0) return { kind: "merge", from, other, tree };
  if (code === 1) return { kind: "conflict", from, files: [...new Set(files)] };
  throw new ClaudineError("wrong_state", `git merge-tree: ${stderr.trim() || `it exited with ${code}`}`, {
    hint: "git 2.38 or later can merge without a checkout",
  });
}

async function tipOf(git: Git, branch: string): Promise<string> {
  const tip = await commitOf(git, branchRef(branch));
  if (tip !== undefined) return tip;
  throw new ClaudineError("not_found", `there is no branch ${branch}`, { hint: "git branch lists them" });
}

/** Carries a plan out, and records how to undo it. @returns the commit that `into` is at now @throws ClaudineError */
export async function merge(
  git: Git,
  wish: MergeWish,
  plan: Extract<MergePlan, { kind: "forward" | "merge" }>,
): Promise<string> {
  const { owner, branch, into } = wish;
  const to = plan.kind === "forward" ? plan.to : await mergeCommit(git, wish, plan);
  const refs = await recordFor(git, { owner, kind: "merge", branch: into, from: plan.from, to });
  await moveBranch(git, { branch: into, from: plan.from, to, why: `claudine: merge ${branch}`, refs });
  return to;
}

async function mergeCommit(
  git: Git,
  { owner, branch, into }: MergeWish,
  { from, other, tree }: Extract<MergePlan, { kind: "merge" }>,
): Promise<string> {
  const input = `Merge branch '${branch}' into ${into}\n\nThe work of task ${owner.id} of Claudine.\n`;
  return git.line(["commit-tree", "-p", from, "-p", other, tree], { input, env: await identity(git) });
}
