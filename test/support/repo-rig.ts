/** For tests of git: a daemon for all of a file, a fresh repository for each of them, and tasks that have ended there. */
import { beforeAll, beforeEach } from "vitest";
import { createRig, type Rig } from "./daemon.ts";
import { GIT_ENV, makeRepo, type Repo } from "./repo.ts";

/** `count` tells the tests of a file apart, for names of their own. */
export type RepoRig = { rig: Rig; repo: Repo; count: number };

export function eachWithRepo(take: (next: RepoRig) => void): void {
  let rig: Rig;
  let count = 0;
  beforeAll(async () => {
    rig = await createRig({ env: GIT_ENV, config: "slots: 8\n" });
    return () => rig[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    count += 1;
    take({ rig, repo: await makeRepo(rig, { name: `repo${count}` }), count });
  });
}

/** Submits in a folder and waits for the end. */
export async function submitAndEnd(rig: Rig, cwd: string, ...args: string[]) {
  const { code, stdout, stderr } = await rig.claudineWith({ cwd }, "submit", ...args);
  if (code !== 0) throw new Error(`submit exited with ${code}: ${stderr}`);
  const task = await rig.ended(Number(stdout));
  return { id: task.id, task, checkout: task.worktree?.checkout ?? undefined };
}
