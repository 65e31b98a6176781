/** `claudine pr`: what can be refused is refused before anything is pushed. */
import { chooseForge, commitOf, type Git, openPullRequest, remoteOf, showGit } from "@claudine/git";
import { ClaudineError } from "@claudine/protocol/errors";
import type { TaskInfo } from "@claudine/protocol/task";
import type { Worktree } from "@claudine/protocol/worktree";
import type { Input, Io } from "../command.ts";
import { flag, text } from "../input.ts";
import { printJson, say } from "../print.ts";
import { requireCommitted } from "./committed.ts";
import { checkoutOf, naming, refuseWhileRunning, repoOf, taskPlace } from "./place.ts";

const WISH = "open a pull request of";

export async function openRequest(input: Input, io: Io): Promise<number> {
  const place = await taskPlace(io, input.args[0] ?? "", WISH);
  const { client, task } = place;
  const worktree = checkoutOf(task, WISH);
  refuseWhileRunning(task, WISH);
  const { id } = task;
  const url = await naming(`${WISH} task ${id}`, async () => {
    const repo = await repoOf(place);
    const base = baseOf(input, worktree);
    await requireCommitted({ client, git: repo, task, worktree, commit: flag(input, "commit") });
    await requireCommits(repo, worktree);
    const remote = await remoteOf(repo, [worktree.branch, base]);
    const known = worktree.pullRequest;
    const forge = known === undefined ? chooseForge(repo.place.env, remote.url) : undefined;
    await push(repo, { remote: remote.name, branch: worktree.branch, force: flag(input, "force") });
    if (forge === undefined) return known ?? "";
    const opened = await openPullRequest(repo.place, forge, {
      branch: worktree.branch,
      base,
      ...(await wordsOf(input, repo, { task, worktree })),
      draft: flag(input, "draft"),
      fill: flag(input, "fill"),
    });
    await client.call("worktree.note", { id, step: "pull-request", pullRequest: opened });
    return opened;
  });
  if (worktree.pullRequest !== undefined)
    say(input, io, `Pushed ${worktree.branch}; its pull request is there already`);
  if (flag(input, "json")) printJson(io, { id, branch: worktree.branch, url });
  else io.out(`${url}\n`);
  return 0;
}

function baseOf(input: Input, { base }: Worktree): string {
  const branch = text(input, "base") ?? base;
  if (branch !== null) return branch;
  throw new ClaudineError("wrong_state", "its base is no branch", { hint: "Name one with --base" });
}

async function requireCommits(git: Git, { branch, baseCommit }: Worktree): Promise<void> {
  const tip = await commitOf(git, `refs/heads/${branch}`);
  if (tip === undefined) throw new ClaudineError("not_found", `there is no branch ${branch}`);
  if (tip === baseCommit) throw new ClaudineError("wrong_state", `${branch} has no commits of its own`);
}

type Push = { remote: string; branch: string; force: boolean };

/** With the user's own credentials, and questions on the terminal. */
async function push(git: Git, { remote, branch, force }: Push): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const words = force ? ["--force-with-lease"] : [];
  const code = await showGit(git.place, ["push", ...words, "--", remote, `${ref}:${ref}`]);
  if (code === 0) return;
  throw new ClaudineError("wrong_state", `git push ended with exit code ${code}`, {
    hint: force ? undefined : "--force replaces what was pushed before, as after a rebase",
  });
}

type Words = { task: TaskInfo; worktree: Worktree };

async function wordsOf(input: Input, git: Git, { task, worktree }: Words): Promise<{ title: string; body: string }> {
  const range = `${worktree.baseCommit}..refs/heads/${worktree.branch}`;
  const subjects = (await git.read(["log", "--reverse", "--format=%s", range, "--"])).toString().trimEnd().split("\n");
  const own = flag(input, "fill") ? "" : (task.label ?? subjects.at(-1) ?? worktree.branch);
  return { title: text(input, "title") ?? own, body: subjects.map((subject) => `- ${subject}`).join("\n") };
}
