/** Rebases the branch of a task in its own worktree; a conflict leaves everything as it was. */
import { ClaudineError } from "@claudine/protocol/errors";
import { moveRefs } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { recordFor } from "./undo.ts";

export type RebaseWish = { id: number; branch: string; onto: string };

const SETTINGS = ["-c", "rebase.autoStash=false", "-c", "rebase.updateRefs=false", "-c", "submodule.recurse=false"];
const QUIET = { GIT_EDITOR: "true", GIT_SEQUENCE_EDITOR: "true" };

/** @param git in the worktree @returns false when there was nothing to do @throws ClaudineError */
export async function rebase(git: Git, { id, branch, onto }: RebaseWish): Promise<boolean> {
  const from = await git.line(["rev-parse", "HEAD"]);
  const { code, stdout, stderr } = await git.run([...SETTINGS, "rebase", "--no-autostash", onto, branch], {
    env: QUIET,
  });
  if (code !== 0) {
    const files = (await git.read(["diff", "-z", "--name-only", "--diff-filter=U"])).toString().split("\0");
    await git.run(["rebase", "--abort"]);
    throw conflict(files, stderr === "" ? stdout.toString() : stderr);
  }
  const to = await git.line(["rev-parse", "HEAD"]);
  if (to === from) return false;
  await moveRefs(git, await recordFor(git, { id, kind: "rebase", branch, from, to }), "claudine: rebase");
  return true;
}

function conflict(names: readonly string[], said: string): ClaudineError {
  const files = names.filter((name) => name !== "");
  const why =
    files.length > 0 ? `conflicts in ${files.join(", ")}` : `git rebase: ${said.trim().split("\n").at(-1) ?? ""}`;
  return new ClaudineError("wrong_state", why, { hint: "Nothing was changed; rebase it in the worktree by hand" });
}
