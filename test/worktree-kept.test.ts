/** Whatever a task has done to its own worktree, and whatever is in it: nothing of it is lost. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Rig } from "./support/daemon.ts";
import { eachWithRepo, submitAndEnd } from "./support/repo-rig.ts";
import type { Repo } from "./support/repo.ts";
import { mountSmallDisk, whyNoDisk } from "./support/small-disk.ts";

let rig: Rig;
let repo: Repo;
eachWithRepo((next) => {
  ({ rig, repo } = next);
});

const noDisk = whyNoDisk();

/** A task that has done `work` in a worktree. */
async function done(work: string) {
  const { id, task, checkout } = await submitAndEnd(rig, repo.dir, "--worktree", work);
  if (checkout === undefined) expect.fail(`no worktree: ${task.reason}`);
  return { id: String(id), branch: checkout.branch, path: checkout.path };
}

const worktree = (...words: string[]) => rig.claudine("worktree", ...words);

test.for([
  { what: "without its .git", work: "echo work > work.txt; rm .git" },
  { what: "with a repository of its own instead", work: "rm .git; git init -q; echo work > work.txt" },
])("a worktree $what is not begun anew by the next run", async ({ work }) => {
  const { id, path } = await done(work);
  await rig.claudine("retry", id);
  expect(await rig.ended(Number(id))).toMatchObject({
    state: "failed",
    reason: expect.stringContaining(`${path} is no worktree of`),
  });
  expect(await readFile(join(path, "work.txt"), "utf8")).toBe("work\n");
});

test("a repository within that no patch can hold keeps a worktree from being removed", async () => {
  const commit = "git init -q inner; cd inner; echo work > work.txt; git add .; git commit -qm work";
  for (const work of [commit, "git init -q inner; echo work > inner/work.txt"]) {
    const { id, path } = await done(work);
    expect(await worktree("remove", id)).toMatchObject({ code: 1, stderr: expect.stringContaining("inner") });
    expect(await readFile(join(path, "inner/work.txt"), "utf8")).toBe("work\n");
    expect(await worktree("remove", id, "--force")).toMatchObject({ code: 0 });
  }
});

test("commits of a submodule that are nowhere else keep a worktree from being removed", async () => {
  await repo.git("submodule", "--quiet", "add", repo.dir, "module");
  await repo.git("commit", "-qm", "module");
  const { id, path } = await done(
    "git submodule update -q --init; cd module; echo work > work.txt; git add .; git commit -qm work; cd ..; git commit -qam work",
  );
  expect(await worktree("remove", id)).toMatchObject({ code: 1, stderr: expect.stringContaining("module") });
  expect(existsSync(join(path, "module/work.txt"))).toBe(true);
});

test("a restore does not put a file in the place of a repository", async () => {
  const { id, path } = await done("echo file > inner");
  await rm(join(path, "inner"));
  await repo.gitIn(path, "init", "-q", "inner");
  await writeFile(join(path, "inner/work.txt"), "work\n");
  await repo.gitIn(join(path, "inner"), "commit", "-q", "--allow-empty", "-m", "own");
  expect(await rig.claudine("checkpoint", "restore", id, "1")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("inner is a repository of its own"),
  });
  expect(await readFile(join(path, "inner/work.txt"), "utf8")).toBe("work\n");
});

test.skipIf(noDisk !== undefined)("a patch that the disk has no room for keeps the worktree", async () => {
  const { id, path } = await done("head -c 300000 /dev/urandom > big");
  const patches = join(rig.home.stateDir, "patches");
  mkdirSync(patches, { recursive: true });
  const disk = mountSmallDisk(patches, { mib: 1 });
  disk.fill();
  disk.spare(65_536);
  expect(await worktree("remove", id)).toMatchObject({
    code: expect.not.stringMatching(/^0$/),
    stderr: expect.stringContaining("No space left"),
  });
  expect(statSync(join(path, "big")).size).toBe(300_000);
});
