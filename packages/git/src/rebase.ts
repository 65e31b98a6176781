/** Rebases the branch of a task in its own worktree; a conflict leaves everything as it was. */
import { ClaudineError } from "@claudine/protocol/errors";
import { noteFile, readNote, removeNote, writeNote } from "./admin-dir.ts";
import { refuseLosses } from "./change-files.ts";
import type { Env } from "./clean-env.ts";
import type { Owner } from "./checkpoints.ts";
import { identity } from "./identity.ts";
import { moveRefs } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { recordFor } from "./undo.ts";
import { isRebasing, requireOn } from "./unfinished.ts";

export type RebaseWish = { owner: Owner; branch: string; onto: string };

const SETTINGS = ["-c", "rebase.autoStash=false", "-c", "rebase.updateRefs=false", "-c", "submodule.recurse=false"];

/** Takes back one of ours that was killed; anybody else's stays. @param git in the worktree @throws ClaudineError */
export async function endInterruptedRebase(git: Git): Promise<void> {
  const { cwd } = git.place;
  const pid = Number(readNote(cwd, "rebasing") ?? "0");
  if (pid === 0) return;
  if (pid !== process.pid && isAlive(pid))
    throw new ClaudineError("wrong_state", `${cwd} is being rebased by process ${pid}`, {
      hint: `Try again when it is done; if that is another process, remove ${noteFile(cwd, "rebasing")}`,
    });
  if (await isRebasing(git)) await git.read(["rebase", "--abort"]);
  removeNote(cwd, "rebasing");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** @param git in the worktree @returns false when there was nothing to do @throws ClaudineError */
export async function rebase(git: Git, { owner, branch, onto }: RebaseWish): Promise<boolean> {
  await requireOn(git, branch);
  const from = await git.line(["rev-parse", "HEAD"]);
  const top = git.at(await git.line(["rev-parse", "--show-toplevel"]));
  await refuseLosses(top, { from, to: onto });
  writeNote(git.place.cwd, "rebasing", String(process.pid));
  const args = [...SETTINGS, "rebase", "--no-autostash", onto];
  const { code, stdout, stderr } = await git.run(args, { env: await quiet(git) });
  if (code !== 0) {
    const files = (await git.read(["diff", "-z", "--name-only", "--diff-filter=U"])).toString().split("\0");
    await endInterruptedRebase(git);
    throw conflict(files, stderr === "" ? stdout.toString() : stderr);
  }
  removeNote(git.place.cwd, "rebasing");
  const to = await git.line(["rev-parse", "HEAD"]);
  if (to === from) return false;
  await moveRefs(git, await recordFor(git, { owner, kind: "rebase", branch, from, to }), "claudine: rebase");
  return true;
}

/** Authors stay as they are; who has no name of his own commits under ours. */
async function quiet(git: Git): Promise<Env> {
  const { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email } = await identity(git);
  const editors = { GIT_EDITOR: "true", GIT_SEQUENCE_EDITOR: "true" };
  return name === undefined || email === undefined
    ? editors
    : { ...editors, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}

function conflict(names: readonly string[], said: string): ClaudineError {
  const files = names.filter((name) => name !== "");
  const why =
    files.length > 0 ? `conflicts in ${files.join(", ")}` : `git rebase: ${said.trim().split("\n").at(-1) ?? ""}`;
  return new ClaudineError("wrong_state", why, { hint: "Nothing was changed; rebase it in the worktree by hand" });
}
