/** `claudine worktree merge`. */
import { merge, type MergePlan, planMerge, undoLast } from "@claudine/git";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Input, Io } from "../command.ts";
import { flag, text } from "../input.ts";
import { printJson, say } from "../print.ts";
import { requireCommitted, whyNotCommitted } from "./committed.ts";
import { checkoutOf, naming, refuseWhileRunning, repoOf, taskPlace } from "./place.ts";

const CONFLICT_EXIT = 1;

export async function mergeWorktree(input: Input, io: Io): Promise<number> {
  const place = await taskPlace(io, input.args[0] ?? "", "merge");
  const { client, task, owner } = place;
  const worktree = checkoutOf(task, "merge");
  const { id } = task;
  const { branch } = worktree;
  return naming(`merge task ${id}`, async () => {
    const repo = await repoOf(place);
    if (flag(input, "undo")) {
      const undone = await undoLast(repo, { owner, kind: "merge" });
      await client.call("worktree.note", { id, step: "unmerged" });
      return tell(input, io, { text: `Took the merge back: ${undone.branch} is as before`, value: undone });
    }
    const wish = { owner, branch, into: intoOf(input, worktree.base) };
    if (flag(input, "dry-run")) {
      const code = tellPlan(input, io, { plan: await planMerge(repo, wish), ...wish });
      const open = await whyNotCommitted(repo, worktree);
      if (open !== undefined) say(input, io, `But ${open.message}; ${open.hint ?? ""}`);
      return code;
    }
    refuseWhileRunning(task, "merge");
    await requireCommitted({ client, git: repo, task, worktree, commit: flag(input, "commit") });
    const plan = await planMerge(repo, wish);
    if (plan.kind === "conflict")
      throw new ClaudineError("wrong_state", `conflicts in ${plan.files.join(", ")}`, {
        hint: `Nothing was changed; merge ${wish.into} into ${branch} in ${worktree.path}, and then this`,
      });
    if (plan.kind === "merged-already")
      return tell(input, io, { text: `${wish.into} has all of ${branch} already`, value: plan });
    const commit = await merge(repo, wish, plan);
    await client.call("worktree.note", { id, step: "merged" });
    const undo = `claudine worktree merge ${id} --undo`;
    return tell(input, io, {
      text: `Merged ${branch} into ${wish.into}; ${undo} takes it back`,
      value: { id, branch, into: wish.into, commit },
    });
  });
}

function intoOf(input: Input, base: string | null): string {
  const into = text(input, "into") ?? base;
  if (into !== null) return into;
  throw new ClaudineError("wrong_state", "its base is no branch", { hint: "Name one with --into" });
}

function tellPlan(
  input: Input,
  io: Io,
  { plan, branch, into }: { plan: MergePlan; branch: string; into: string },
): number {
  switch (plan.kind) {
    case "conflict":
      tell(input, io, { text: `There would be conflicts in ${plan.files.join(", ")}`, value: plan });
      return CONFLICT_EXIT;
    case "merged-already":
      return tell(input, io, { text: `${into} has all of ${branch} already`, value: plan });
    case "forward":
      return tell(input, io, { text: `${into} would move forward to ${branch}`, value: plan });
    case "merge":
      return tell(input, io, { text: `${branch} would be merged into ${into} without conflicts`, value: plan });
  }
}

export function tell(input: Input, io: Io, { text: words, value }: { text: string; value: unknown }): number {
  if (flag(input, "json")) printJson(io, value);
  else say(input, io, words);
  return 0;
}
