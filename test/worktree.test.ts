/** `claudine worktree`: list, diff, merge, rebase, remove, prune; whatever fails leaves both sides as they were. */
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Rig } from "./support/daemon.ts";
import { makeRepo, type Repo } from "./support/repo.ts";
import { eachWithRepo, submitAndEnd } from "./support/repo-rig.ts";

let rig: Rig;
let repo: Repo;
let count = 0;
eachWithRepo((next) => {
  ({ rig, repo, count } = next);
});

/** A task that has done `work` in a worktree. */
async function done(work: string, ...args: string[]) {
  const { id, task, checkout } = await submitAndEnd(rig, repo.dir, "--worktree", ...args, work);
  if (checkout === undefined) expect.fail(`no worktree: ${task.reason}`);
  return { id: String(id), branch: checkout.branch, path: checkout.path };
}

const worktree = (...words: string[]) => rig.claudine("worktree", ...words);
const EDIT = "sed -i s/two/TASK/ file.txt; git commit -qam task";
/** What git knows of refs, without the reflogs. */
const refs = () => repo.git("for-each-ref");

test("list tells how each stands to its base; diff shows what is committed and what is not", async () => {
  const { id, path, branch } = await done("echo new > new.txt; git add .; git commit -qm new; echo wip > wip.txt");
  await repo.commit({ "other.txt": "other" });
  const { stdout } = await worktree("list", "--json");
  expect((JSON.parse(stdout) as { id: number }[]).find((row) => row.id === Number(id))).toMatchObject({
    state: "succeeded",
    branch,
    base: "main",
    path,
    isThere: true,
    ahead: 1,
    behind: 1,
    uncommitted: 1,
  });
  const diff = (await worktree("diff", id)).stdout;
  expect(diff).toContain("+new\n");
  expect(diff).toContain("+wip\n");
  expect(diff).not.toContain("other");
  expect((await worktree("diff", id, "--stat")).stdout).toContain("2 files changed");
});

test("a branch that nobody has checked out is merged aside; the user's checkout stays as it is", async () => {
  await repo.git("checkout", "-q", "-b", "elsewhere");
  const { id, branch } = await done(EDIT, "--base", "main");
  await repo.git("checkout", "-q", "main");
  await repo.commit({ "other.txt": "other" });
  const tip = await repo.git("rev-parse", "main");
  await repo.git("checkout", "-q", "elsewhere");
  await repo.write("file.txt", "dirty");
  const before = await repo.fingerprint();
  expect(await worktree("merge", id, "--dry-run")).toMatchObject({
    code: 0,
    stderr: `${branch} would be merged into main without conflicts\n`,
  });
  expect(await repo.git("rev-parse", "main")).toBe(tip);
  expect(await worktree("merge", id)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`Merged ${branch} into main`),
  });
  expect(await repo.git("log", "-1", "--format=%an %s %P", "main")).toBe(
    `Tester Merge branch '${branch}' into main ${tip} ${await repo.git("rev-parse", branch)}`,
  );
  expect(await repo.git("show", "main:file.txt")).toBe("one\nTASK\nthree");
  expect(await repo.git("show", "main:other.txt")).toBe("other");
  expect(await repo.fingerprint()).toEqual(before);
  expect(await worktree("merge", id)).toMatchObject({ code: 0, stderr: `main has all of ${branch} already\n` });
  expect(await worktree("merge", id, "--undo")).toMatchObject({ code: 0 });
  expect(await repo.git("rev-parse", "main")).toBe(tip);
  expect(await repo.fingerprint()).toEqual(before);
  expect(await worktree("merge", id, "--undo")).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("no merge of task"),
  });
});

test("into a branch that is checked out: git's own fast-forward, which keeps local changes, and back", async () => {
  await repo.commit({ "kept.txt": "kept\n" });
  const { id } = await done(EDIT);
  const tip = await repo.commit({ "other.txt": "other" });
  await repo.write("kept.txt", "local changes\n");
  await repo.write("untracked.txt", "untracked");
  expect(await worktree("merge", id)).toMatchObject({ code: 0 });
  expect(await readFile(join(repo.dir, "file.txt"), "utf8")).toBe("one\nTASK\nthree\n");
  expect(await repo.git("status", "--porcelain")).toBe(" M kept.txt\n?? untracked.txt");
  expect(await worktree("merge", id, "--undo")).toMatchObject({ code: 0 });
  expect(await repo.git("rev-parse", "main")).toBe(tip);
  expect(await readFile(join(repo.dir, "file.txt"), "utf8")).toBe("one\ntwo\nthree\n");
  expect(await repo.git("status", "--porcelain")).toBe(" M kept.txt\n?? untracked.txt");
  expect(await repo.git("stash", "list")).toBe("");
});

test("local changes to what would be merged refuse it, and its undo; nothing is changed then", async () => {
  const { id } = await done(EDIT);
  await repo.git("config", "merge.autoStash", "true");
  await repo.write("file.txt", "one\ntwo\nthree\nlocal\n");
  const [before, known] = [await repo.fingerprint(), await refs()];
  expect(await worktree("merge", id)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Cannot merge task \d+: main is checked out in .*local changes/),
  });
  expect(await repo.fingerprint()).toEqual(before);
  expect(await refs()).toBe(known);
  await repo.git("checkout", "-q", "--", "file.txt");
  expect(await worktree("merge", id)).toMatchObject({ code: 0 });
  await repo.write("file.txt", "local\n");
  const merged = await repo.fingerprint();
  expect(await worktree("merge", id, "--undo")).toMatchObject({ code: 1, stderr: expect.stringContaining("file.txt") });
  expect(await repo.fingerprint()).toEqual(merged);
});

test("what is not committed is told beforehand too, as the merge would refuse it", async () => {
  const { id, branch, path } = await done("echo wip > wip.txt");
  expect(await worktree("merge", id, "--dry-run")).toMatchObject({
    code: 0,
    stderr: `main has all of ${branch} already\nBut in ${path} 1 file is not committed; --commit commits them first\n`,
  });
  expect(await worktree("merge", id)).toMatchObject({ code: 1, stderr: expect.stringContaining("not committed") });
});

test("conflicts are told beforehand, and change nothing", async () => {
  const { id, branch, path } = await done(EDIT);
  await repo.commit({ "file.txt": "one\nUSER\nthree\n" });
  const [before, known] = [await repo.fingerprint(), await refs()];
  expect(await worktree("merge", id, "--dry-run")).toMatchObject({
    code: 1,
    stderr: "There would be conflicts in file.txt\n",
  });
  expect(await worktree("merge", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("conflicts in file.txt"),
  });
  expect(await worktree("rebase", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("conflicts in file.txt"),
  });
  expect(await repo.fingerprint()).toEqual(before);
  const withoutCheckpoints = (text: string) =>
    text.split("\n").filter((line) => !/refs\/claudine\/\d+\/\d+\./.test(line));
  expect(withoutCheckpoints(await refs())).toEqual(withoutCheckpoints(known));
  expect(await repo.gitIn(path, "status", "--porcelain", "--branch")).toBe(`## ${branch}`);
});

test("a rebase puts the work on top of the base, and back", async () => {
  const { id, branch, path } = await done("echo new > new.txt; git add .; git commit -qm new");
  const old = await repo.git("rev-parse", branch);
  const base = await repo.commit({ "other.txt": "other" });
  expect(await worktree("rebase", id)).toMatchObject({ code: 0 });
  expect(await repo.git("rev-parse", `${branch}~1`)).toBe(base);
  expect((await rig.show(Number(id))).worktree?.checkout?.baseCommit).toBe(base);
  expect(existsSync(join(path, "other.txt"))).toBe(true);
  expect(await worktree("rebase", id, "--undo")).toMatchObject({ code: 0 });
  expect(await repo.git("rev-parse", branch)).toBe(old);
  expect(existsSync(join(path, "other.txt"))).toBe(false);
  expect(await repo.gitIn(path, "status", "--porcelain")).toBe("");
});

test("what is uncommitted is no part of a merge unless it is asked for; a running task is not merged", async () => {
  const { id, branch } = await done("echo x > x.txt");
  expect(await worktree("merge", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("1 file is not committed"),
  });
  expect(await worktree("merge", id, "--commit")).toMatchObject({ code: 0 });
  expect(await repo.git("show", "main:x.txt")).toBe("x");
  expect(await repo.git("rev-parse", "main")).toBe(await repo.git("rev-parse", branch));
  const { stdout } = await rig.claudineWith({ cwd: repo.dir }, "submit", "--worktree", "exec sleep 1000");
  await rig.started(Number(stdout));
  for (const verb of ["merge", "rebase", "remove"])
    expect(await worktree(verb, stdout.trim())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it is running"),
    });
  await rig.claudine("kill", stdout.trim());
  const plain = await rig.submit("true");
  expect(await worktree("merge", String(plain))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("it runs in no worktree"),
  });
});

test("remove keeps what was there as a patch that applies, and the branch; the next run has it anew", async () => {
  const work =
    "printf 'a\\0b' > bin; ln -s file.txt link; echo x > 'na me'; chmod +x 'na me'; git add bin; git commit -qm bin; rm file.txt";
  const { id, branch, path } = await done(work);
  const { code, stderr } = await worktree("remove", id);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`Removed ${path}; what it held is in`),
  });
  const patch = (await rig.show(Number(id))).worktree?.checkout?.patch ?? "";
  expect(stderr).toContain(patch);
  expect(existsSync(path)).toBe(false);
  expect(await repo.git("worktree", "list")).not.toContain(path);
  expect(await repo.git("log", "-1", "--format=%s", branch)).toBe("bin");
  await repo.git("apply", "--index", patch);
  expect(await repo.git("status", "--porcelain")).toBe('A  bin\nD  file.txt\nA  link\nA  "na me"');
  expect(await repo.git("diff", "--cached", "--summary")).toContain("mode 100755 na me");
  await rig.claudine("retry", id);
  expect(await rig.ended(Number(id))).toMatchObject({ worktree: { checkout: { path, branch } } });
  expect(existsSync(path)).toBe(true);
});

test("what a patch cannot hold keeps a worktree from being removed; one that is locked stays", async () => {
  const inner = await makeRepo(rig, { name: `inner${count}` });
  await repo.git("submodule", "--quiet", "add", inner.dir, "module");
  await repo.git("commit", "-qm", "module");
  const { id, path } = await done("git submodule update -q --init; echo work > module/file.txt");
  expect(await worktree("remove", id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("a submodule has changes"),
  });
  expect(existsSync(join(path, "module/file.txt"))).toBe(true);
  await repo.git("worktree", "lock", path);
  expect(await worktree("remove", id, "--force")).toMatchObject({ code: 1, stderr: expect.stringContaining("locked") });
  await repo.git("worktree", "unlock", path);
  expect(await worktree("remove", id, "--force")).toMatchObject({ code: 0 });
  expect(existsSync(path)).toBe(false);
});

test("a patch that cannot be written keeps the worktree", async () => {
  const { id, path } = await done("echo x > x.txt");
  const patches = join(rig.home.stateDir, "patches");
  await rm(patches, { recursive: true, force: true });
  await writeFile(patches, "in the way");
  expect((await worktree("remove", id)).code).not.toBe(0);
  expect(existsSync(join(path, "x.txt"))).toBe(true);
  await rm(patches);
});

test("prune removes the worktrees of forgotten tasks only, and keeps what was in them", async () => {
  const kept = await done("echo kept > kept.txt");
  const gone = await done("echo gone > gone.txt");
  await rig.claudine("remove", gone.id);
  expect((await worktree("prune", "--dry-run")).stderr).toContain(`Would remove ${gone.path}\n`);
  expect(existsSync(gone.path)).toBe(true);
  const { stdout } = await worktree("prune", "--json");
  const pruned = (JSON.parse(stdout) as { path: string; patch: string }[]).find(({ path }) => path === gone.path);
  expect(existsSync(gone.path)).toBe(false);
  expect(existsSync(kept.path)).toBe(true);
  expect(await readFile(pruned?.patch ?? "", "utf8")).toContain("+gone\n");
});

test("one that cannot be pruned keeps no other from it", async () => {
  const kept = await done("git init -q inner; echo x > inner/x");
  const gone = await done("echo gone > gone.txt");
  await rig.claudine("remove", kept.id, gone.id);
  expect(await worktree("prune")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Cannot prune .*inner[^]*Removed /),
  });
  expect([existsSync(kept.path), existsSync(gone.path)]).toEqual([true, false]);
  await rm(join(kept.path, "inner"), { recursive: true });
  expect(await worktree("prune")).toMatchObject({ code: 0 });
  expect(existsSync(kept.path)).toBe(false);
});

test("line ends by attributes, a hook that refuses commits, and a repository that is gone", async () => {
  await repo.commit({ ".gitattributes": "*.crlf text eol=crlf\n", "a.crlf": "one\r\n" });
  const hook = join(repo.dir, ".git/hooks/pre-commit");
  await writeFile(hook, "#!/bin/sh\nexit 1\n");
  await chmod(hook, 0o755);
  const { id, path } = await done("printf 'two\\r\\n' >> a.crlf", "--commit-on-finish");
  expect(await repo.gitIn(path, "status", "--porcelain")).toBe("");
  expect(await worktree("merge", id)).toMatchObject({ code: 0 });
  expect(await readFile(join(repo.dir, "a.crlf"), "utf8")).toBe("one\r\ntwo\r\n");
  await rm(repo.dir, { recursive: true });
  expect(await worktree("merge", id)).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("there is no repository"),
  });
  expect((await worktree("list")).stdout).toContain(path);
});
