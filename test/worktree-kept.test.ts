/** Whatever a task has done to its own worktree, and whatever is in it: nothing of it is lost. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Rig } from "./support/daemon.ts";
import { eachWithRepo, submitAndEnd } from "./support/repo-rig.ts";
import type { Repo } from "./support/repo.ts";
import { slowGit } from "./support/slow-git.ts";
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
    code: 74,
    stderr: expect.stringContaining("Make room on the disk"),
  });
  expect(statSync(join(path, "big")).size).toBe(300_000);
});

test("a worktree without its .git: a repository around the state folder is not taken for it", async () => {
  const { stateDir } = rig.home;
  await repo.gitIn(stateDir, "init", "-q");
  onTestFinished(() => rm(join(stateDir, ".git"), { recursive: true }));
  const { id, task } = await submitAndEnd(rig, repo.dir, "--worktree", "--commit-on-finish", "echo x > x; rm .git");
  expect(task).toMatchObject({ state: "succeeded", reason: expect.stringContaining("is no worktree of") });
  expect(await repo.gitIn(stateDir, "for-each-ref")).toBe("");
  for (const words of [
    ["checkpoint", "make"],
    ["checkpoint", "restore"],
    ["worktree", "diff"],
    ["worktree", "remove"],
  ])
    expect(await rig.claudine(...words, String(id))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is no worktree of"),
    });
  expect(await repo.gitIn(stateDir, "for-each-ref")).toBe("");
});

test("what git is told not to look at is kept as well", async () => {
  const { id } = await done(
    "echo more > a; echo more > b; git add .; git commit -qm ab; git update-index --assume-unchanged a; git update-index --skip-worktree b; echo work-a > a; echo work-b > b",
  );
  expect(await worktree("remove", id)).toMatchObject({ code: 0 });
  const patch = await readFile((await rig.show(Number(id))).worktree?.checkout?.patch ?? "", "utf8");
  expect(patch).toContain("+work-a\n");
  expect(patch).toContain("+work-b\n");
});

test("settings by which a diff is no patch do not become part of it", async () => {
  for (const [name = "", value = ""] of [
    ["diff.noprefix", "true"],
    ["diff.external", "false"],
    ["diff.submodule", "log"],
    ["core.fsmonitor", "/bin/false"],
    ["commit.gpgSign", "true"],
    ["gpg.program", "/bin/false"],
  ])
    await repo.git("config", name, value);
  const { id } = await done("echo x > x.txt");
  expect(await worktree("remove", id)).toMatchObject({ code: 0 });
  await repo.git("apply", "--index", (await rig.show(Number(id))).worktree?.checkout?.patch ?? "");
  expect(await repo.git("status", "--porcelain")).toBe("A  x.txt");
});

test("one that is locked is not noted as removed; one that was moved by hand is found", async () => {
  const { id, path } = await done("echo x > x.txt");
  await repo.git("worktree", "lock", "--reason", "on a stick", path);
  expect(await worktree("remove", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("locked: on a stick"),
  });
  expect((await rig.show(Number(id))).worktree?.checkout?.removedAt).toBeUndefined();
  await repo.git("worktree", "unlock", path);
  await repo.git("worktree", "move", path, `${path}-moved`);
  expect(await worktree("remove", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`${path} was moved to ${path}-moved`),
  });
  await repo.git("worktree", "move", `${path}-moved`, path);
  expect(await worktree("remove", id)).toMatchObject({ code: 0 });
  expect(await repo.git("worktree", "list")).not.toContain(path);
  expect(await rig.claudine("checkpoint", "list", id, "--quiet")).toMatchObject({ code: 0, stdout: "1.1\n" });
});

test("removed by hand and pruned, or locked while its disk is away: the next run has it anew, or says why not", async () => {
  const { id, path } = await done("true");
  await rm(path, { recursive: true });
  await repo.git("worktree", "prune");
  await rig.claudine("retry", id);
  expect(await rig.ended(Number(id))).toMatchObject({ state: "succeeded", worktree: { checkout: { path } } });
  await repo.git("worktree", "lock", path);
  await rm(path, { recursive: true });
  await rig.claudine("retry", id);
  expect(await rig.ended(Number(id))).toMatchObject({ state: "failed", reason: expect.stringContaining("locked") });
});

test("a client that is killed while it saves has removed nothing", async () => {
  const { id, path } = await done("echo x > x.txt");
  const gate = await slowGit(rig, "diff-tree -r -p");
  const client = rig.open(["worktree", "remove", id], { env: gate.env });
  await gate.reached();
  client.child.kill("SIGKILL");
  await client.ended;
  expect(existsSync(join(path, "x.txt"))).toBe(true);
  expect((await rig.show(Number(id))).worktree?.checkout?.removedAt).toBeUndefined();
  expect(await worktree("remove", id)).toMatchObject({ code: 0 });
});

test("a run that begins while a client saves keeps its worktree", async () => {
  const { id, path } = await done('[ "$CLAUDINE_RUN" = 1 ] || exec sleep 1000');
  await writeFile(join(path, "x.txt"), "x\n");
  const gate = await slowGit(rig, "diff-tree -r -p");
  const client = rig.open(["worktree", "remove", id], { env: gate.env });
  await gate.reached();
  await rig.claudine("retry", id);
  await rig.started(Number(id));
  await gate.open();
  expect(await client.ended).toMatchObject({ code: 1, stderr: expect.stringContaining("it is running") });
  expect(existsSync(join(path, "x.txt"))).toBe(true);
  await rig.claudine("kill", id);
});

test("a run does not begin in the middle of a rebase; one whose client is gone is taken back before", async () => {
  const { id, path } = await done("echo new >> new.txt; git add .; git commit -qm new");
  await repo.commit({ "other.txt": "other" });
  const gate = await slowGit(rig, "rebase --no-autostash");
  const client = rig.open(["worktree", "rebase", id], { env: gate.env });
  const [git = 0] = await gate.reached();
  await rig.claudine("retry", id);
  expect(await rig.ended(Number(id))).toMatchObject({
    state: "failed",
    reason: expect.stringContaining(`${path} is being rebased by process ${client.pid}`),
  });
  client.child.kill("SIGKILL");
  process.kill(git, "SIGKILL");
  await client.ended;
  await rig.claudine("retry", id);
  expect(await rig.ended(Number(id))).toMatchObject({ state: "succeeded" });
});

test("two clients at once remove it once, and keep what was in it", async () => {
  const { id, path } = await done("echo x > x.txt");
  const ends = await Promise.all([worktree("remove", id), worktree("remove", id)]);
  expect(ends.some(({ code }) => code === 0)).toBe(true);
  expect(existsSync(path)).toBe(false);
  expect(await readFile((await rig.show(Number(id))).worktree?.checkout?.patch ?? "", "utf8")).toContain("+x\n");
});

test("two tasks that name the same new branch: the one that cannot have it does not take it away", async () => {
  const gate = await slowGit(rig, "worktree list");
  const submit = (env: Record<string, string>, work: string) =>
    rig.claudineWith({ cwd: repo.dir, env }, "submit", "--worktree=topic", work);
  const late = Number((await submit(gate.env, "true")).stdout);
  await gate.reached();
  const first = Number((await submit({}, "exec sleep 1000")).stdout);
  await rig.started(first);
  await gate.open();
  expect(await rig.ended(late)).toMatchObject({ state: "failed", reason: expect.stringContaining("topic") });
  expect(await repo.git("rev-parse", "topic")).toBe(await repo.git("rev-parse", "main"));
  await rig.claudine("kill", String(first));
});

test.skipIf(noDisk !== undefined)(
  "a disk that is full while a worktree is made: nothing stays, and a retry makes it",
  async () => {
    const folder = join(rig.home.stateDir, "worktrees");
    mkdirSync(folder, { recursive: true });
    const disk = mountSmallDisk(folder, { mib: 1 });
    await repo.commit({ "big.bin": randomBytes(300_000).toString("hex") });
    disk.fill();
    disk.spare(100_000);
    const { id, task } = await submitAndEnd(rig, repo.dir, "--worktree", "true");
    expect(task).toMatchObject({ state: "failed", reason: expect.stringContaining("no worktree: ") });
    expect(await repo.git("worktree", "list")).not.toContain("worktrees/");
    expect(await repo.git("branch", "--format=%(refname:short)")).toBe("main");
    disk.free();
    await rig.claudine("retry", String(id));
    expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  },
);

test("--commit-on-finish leaves a merge that is not ended as it is", async () => {
  const work =
    "git checkout -q -b side; git commit -q --allow-empty -m side; git checkout -q -; git merge -q --no-ff --no-commit side; echo x > x";
  const { task, checkout } = await submitAndEnd(rig, repo.dir, "--worktree", "--commit-on-finish", work);
  expect(task).toMatchObject({ state: "succeeded", reason: expect.stringContaining("is in the middle of a merge") });
  expect(await repo.gitIn(checkout?.path ?? "", "rev-parse", "MERGE_HEAD")).toMatch(/^[0-9a-f]+$/);
});

test("files that git cannot take keep a worktree from being removed and merged; a sparse checkout has none of those", async () => {
  await repo.commit({ ".gitattributes": "*.bin filter=broken\n", "a/a.txt": "a", "b/b.txt": "b" });
  await repo.git("config", "filter.broken.clean", "false");
  await repo.git("config", "filter.broken.required", "true");
  const { id } = await done("echo x > x.bin");
  expect((await rig.claudine("checkpoint", "list", id)).stdout).toContain("not all files");
  expect(await worktree("remove", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("not all of it can be saved"),
  });
  await repo.git("config", "--unset", "filter.broken.clean");
  await repo.git("sparse-checkout", "set", "a");
  const { task, checkout } = await submitAndEnd(
    rig,
    repo.dir,
    "--worktree",
    "--commit-on-finish",
    "mkdir b; echo new > b/new",
  );
  expect(task).toMatchObject({ state: "succeeded", reason: null });
  expect(await repo.git("ls-tree", "--name-only", `${checkout?.branch}:b`)).toBe("b.txt\nnew");
});
