/** A merge, a rebase, an undo or a restore changes all that it is about or nothing, and nothing that is only in a checkout is lost. */
import { existsSync, mkdirSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Rig } from "./support/daemon.ts";
import { makeRepo, type Repo } from "./support/repo.ts";
import { eachWithRepo, submitAndEnd } from "./support/repo-rig.ts";
import { slowGit } from "./support/slow-git.ts";
import { mountSmallDisk, whyNoDisk } from "./support/small-disk.ts";

let rig: Rig;
let repo: Repo;
let count = 0;
eachWithRepo((next) => {
  ({ rig, repo, count } = next);
});

const noDisk = whyNoDisk();

/** A task that has done `work` in a worktree of `from`. */
async function done(work: string, from = repo, ...args: string[]) {
  const { id, task, checkout } = await submitAndEnd(rig, from.dir, "--worktree", ...args, work);
  if (checkout === undefined) expect.fail(`no worktree: ${task.reason}`);
  return { id: String(id), branch: checkout.branch, path: checkout.path };
}

const worktree = (...words: string[]) => rig.claudine("worktree", ...words);
const EDIT = "sed -i s/two/TASK/ file.txt; git commit -qam task";
const refusedWith = (text: string) => ({ code: 1, stderr: expect.stringContaining(text) });

test("an ignored file is not written over by a merge, nor by its undo", async () => {
  await repo.write(".env", "SECRET\n");
  const { id } = await done("echo task > .env; git add -f .env; git commit -qm env");
  const before = await repo.fingerprint();
  expect(await worktree("merge", id)).toMatchObject(refusedWith("the ignored .env would be written over"));
  expect(await repo.fingerprint()).toEqual(before);
  await repo.git("add", "-f", ".env");
  await repo.git("commit", "-qm", "tracked");
  const other = await done("git rm -q .env; git commit -qm untracked");
  expect(await worktree("merge", other.id)).toMatchObject({ code: 0 });
  await repo.write(".env", "SECRET\n");
  const merged = await repo.fingerprint();
  expect(await worktree("merge", other.id, "--undo")).toMatchObject(refusedWith("the ignored .env"));
  expect(await repo.fingerprint()).toEqual(merged);
});

test.for(["--squash", "-s ours", "--no-ff --no-commit"])(
  "a branch that has %s among its options is merged all the same",
  async (options) => {
    const { id, branch } = await done(EDIT);
    await repo.git("config", "branch.main.mergeOptions", options);
    expect(await worktree("merge", id)).toMatchObject({ code: 0 });
    expect(await repo.git("rev-parse", "main")).toBe(await repo.git("rev-parse", branch));
    expect(await repo.git("status", "--porcelain")).toBe("");
  },
);

test("a branch that is being rebased in the user's checkout is not moved", async () => {
  const { id } = await done(EDIT);
  await repo.commit({ "a.txt": "a" });
  await repo.git("rebase", "--quiet", "--force-rebase", "--exec", "false", "HEAD~1").catch(() => {});
  const tip = await repo.git("rev-parse", "main");
  expect(await worktree("merge", id)).toMatchObject(refusedWith("main is being rebased"));
  expect(await repo.git("rev-parse", "main")).toBe(tip);
  await repo.git("rebase", "--abort");
});

test("a merge of the user's own is not mixed with ours", async () => {
  const { id } = await done(EDIT);
  expect(await worktree("merge", id)).toMatchObject({ code: 0 });
  await repo.git("checkout", "-q", "-b", "side", "HEAD~1");
  await repo.commit({ "side.txt": "side" });
  await repo.git("checkout", "-q", "main");
  await repo.git("merge", "-q", "--no-ff", "--no-commit", "side");
  const before = await repo.fingerprint();
  expect(await worktree("merge", id, "--undo")).toMatchObject(refusedWith("is in the middle of a merge"));
  expect(await repo.fingerprint()).toEqual(before);
});

test.skipIf(noDisk !== undefined)("a disk that is full in the middle of a merge or a restore: as before", async () => {
  const dir = rig.file(`disk${count}`);
  mkdirSync(dir);
  const disk = mountSmallDisk(dir, { mib: 4 });
  const target = await makeRepo(rig, { name: `disk${count}/repo` });
  const work = "echo changed > file.txt; echo same > a.txt; head -c 400000 /dev/urandom > z.bin; git add .";
  const { id } = await done(`${work}; git commit -qm work`, target);
  // What is staged as the branch has it may have changes that are not.
  await target.write("a.txt", "same\n");
  await target.git("add", "a.txt");
  await target.write("a.txt", "local\n");
  const tip = await target.git("rev-parse", "main");
  const before = await target.fingerprint();
  disk.fill();
  disk.spare(200_000);
  expect(await worktree("merge", id)).toMatchObject({ code: 74, stderr: expect.stringContaining("disk") });
  expect(await target.git("rev-parse", "main")).toBe(tip);
  const { index: _, ...after } = await target.fingerprint();
  for (const [name, print] of Object.entries(after))
    if (name !== "file.txt") expect([name, print]).toEqual([name, before[name]]);
  expect(await target.git("status", "--porcelain")).toBe("AM a.txt");
  expect(await target.git("for-each-ref", `refs/claudine/${id}/undo`)).toBe("");
  disk.free();
  expect(await worktree("merge", id)).toMatchObject({ code: 0 });
  expect(await target.git("status", "--porcelain")).toBe(" M a.txt");

  const plain = await submitAndEnd(rig, target.dir, "--checkpoint", "true");
  await rm(join(target.dir, "z.bin"));
  await target.write("file.txt", "other\n");
  await target.write("new.txt", "new\n");
  disk.fill();
  disk.spare(200_000);
  expect((await rig.claudine("checkpoint", "restore", String(plain.id))).code).toBe(74);
  expect(await readFile(join(target.dir, "file.txt"), "utf8")).toBe("other\n");
  expect(await readFile(join(target.dir, "new.txt"), "utf8")).toBe("new\n");
  expect(existsSync(join(target.dir, "z.bin"))).toBe(false);
  disk.free();
  expect(await rig.claudine("checkpoint", "restore", String(plain.id), "1")).toMatchObject({ code: 0 });
  expect(existsSync(join(target.dir, "z.bin"))).toBe(true);
});

test("a merge that was killed before it was made, and one of another state folder, are not taken back", async () => {
  const { id } = await done(EDIT);
  const tip = await repo.git("rev-parse", "main");
  expect(await worktree("merge", id)).toMatchObject({ code: 0 });
  await repo.git("reset", "-q", "--hard", tip);
  expect(await worktree("merge", id, "--undo")).toMatchObject(
    refusedWith("main is where it was before the last merge"),
  );
  expect(await worktree("merge", id, "--undo")).toMatchObject({ code: 66 });
  const other = await repo.commit({ "x.txt": "x" });
  const stem = `refs/claudine/${id}/undo/another-uid/1/merge`;
  await repo.git("update-ref", `${stem}/before/main`, tip);
  await repo.git("update-ref", `${stem}/after/main`, other);
  expect(await worktree("merge", id, "--undo")).toMatchObject({ code: 66 });
  expect(await repo.git("rev-parse", "main")).toBe(other);
});

test("a client that is killed in the middle of a rebase: the next one takes it back and does it", async () => {
  const { id, branch, path } = await done("echo new > new.txt; git add .; git commit -qm new");
  const base = await repo.commit({ "other.txt": "other" });
  const gate = rig.file(`gate${count}`);
  const script = `#!/bin/sh\necho $PPID > ${gate}\nexec sleep 1000\n`;
  await mkdir(rig.file(`hooks${count}`));
  await writeFile(rig.file(`hooks${count}/post-checkout`), script, { mode: 0o755 });
  await repo.git("config", "core.hooksPath", rig.file(`hooks${count}`));
  const client = rig.open(["worktree", "rebase", id]);
  const git = await rig.pidIn(`gate${count}`);
  client.child.kill("SIGKILL");
  process.kill(git, "SIGKILL");
  await client.ended;
  expect(await repo.gitIn(path, "status", "--porcelain", "--branch")).toContain("HEAD (no branch)");
  await repo.git("config", "--unset", "core.hooksPath");
  expect(await worktree("rebase", id)).toMatchObject({ code: 0 });
  expect(await repo.git("rev-parse", `${branch}~1`)).toBe(base);
  expect(await repo.gitIn(path, "status", "--porcelain", "--branch")).toBe(`## ${branch}`);
});

test("a rebase of the task's own is not ended, and another branch than its own is not rebased", async () => {
  const paused = await done(
    "for n in 1 2; do echo $n > $n; git add .; git commit -qm $n; done; git rebase -q --force-rebase --exec false HEAD~1; true",
  );
  await repo.commit({ "other.txt": "other" });
  expect(await worktree("rebase", paused.id)).toMatchObject(refusedWith("is in the middle of a rebase"));
  await repo.gitIn(paused.path, "rebase", "--abort");
  const moved = await done("echo new > new.txt; git add .; git commit -qm new; git checkout -q -b side");
  const known = await repo.git("rev-parse", moved.branch, "side");
  expect(await worktree("rebase", moved.id)).toMatchObject(refusedWith(`is not on the branch ${moved.branch}`));
  expect(await repo.git("rev-parse", moved.branch, "side")).toBe(known);
});

test("files that a configuration hides are uncommitted all the same; who has no name rebases", async () => {
  const { id } = await done("echo x > x.txt");
  await repo.git("config", "status.showUntrackedFiles", "no");
  expect(await worktree("merge", id)).toMatchObject(refusedWith("1 file is not committed"));
  await repo.commit({ "other.txt": "other" });
  await repo.git("config", "user.useConfigOnly", "true");
  const env = { GIT_COMMITTER_NAME: "", GIT_COMMITTER_EMAIL: "", GIT_AUTHOR_NAME: "", GIT_AUTHOR_EMAIL: "" };
  expect(await rig.claudineWith({ env }, "worktree", "rebase", id, "--commit")).toMatchObject({ code: 0 });
});

test("a base that has its name with a tag in common is the branch", async () => {
  const tip = await repo.commit({ "other.txt": "other" });
  await repo.git("tag", "main", "HEAD~1");
  const { id } = await done(EDIT, repo, "--base", "main");
  expect((await rig.show(Number(id))).worktree?.checkout).toMatchObject({ base: "main", baseCommit: tip });
  const { stdout } = await worktree("list", "--json");
  expect((JSON.parse(stdout) as { id: number }[]).find((row) => row.id === Number(id))).toMatchObject({
    ahead: 1,
    behind: 0,
  });
  expect((await worktree("diff", id)).stdout).not.toContain("other");
});

test("a restore writes over nothing that is ignored by now, and outlives a gc", async () => {
  await repo.write("build/out", "first\n");
  const { id } = await submitAndEnd(rig, repo.dir, "--checkpoint", "true");
  await repo.write(".gitignore", "build\n");
  await repo.write("build/out", "precious\n");
  const before = await repo.fingerprint();
  await repo.git("gc", "--quiet", "--prune=now");
  expect(await rig.claudine("checkpoint", "restore", String(id))).toMatchObject(refusedWith("the ignored build/out"));
  expect(await repo.fingerprint()).toEqual(before);
  await rm(join(repo.dir, "build"), { recursive: true });
  expect(await rig.claudine("checkpoint", "restore", String(id), "1")).toMatchObject({ code: 0 });
  expect(await readFile(join(repo.dir, "build/out"), "utf8")).toBe("first\n");
});

test("two clients at once merge once", async () => {
  const { id, branch } = await done(EDIT);
  const gate = await slowGit(rig, "merge --quiet");
  const first = rig.open(["worktree", "merge", id], { env: gate.env });
  await gate.reached();
  const second = await worktree("merge", id);
  await gate.open();
  expect([second.code, (await first.ended).code]).toEqual([0, 0]);
  expect(await repo.git("rev-parse", "main")).toBe(await repo.git("rev-parse", branch));
  expect(await repo.git("status", "--porcelain")).toBe("");
  expect(await worktree("merge", id, "--undo")).toMatchObject({ code: 0 });
  expect(await readFile(join(repo.dir, "file.txt"), "utf8")).toBe("one\ntwo\nthree\n");
});

/** Git waits before it writes `slow.txt`, until the gate is open. `reached` tells its pid. */
async function slowCheckout(): Promise<{ reached(): Promise<number>; open(): Promise<void> }> {
  const gate = rig.file(`slow${count}`);
  await repo.write(".git/info/attributes", "slow.txt filter=slow\n");
  const wait = `echo $PPID > ${gate}.pid; until [ -e ${gate} ]; do sleep 0.02; done; cat`;
  await repo.git("config", "filter.slow.smudge", `sh -c '${wait}'`);
  const open = () => writeFile(gate, "");
  onTestFinished(open);
  return { open, reached: () => rig.pidIn(`slow${count}.pid`) };
}

test("a client that is killed in the middle of a merge: git ends it, and it can be taken back", async () => {
  await repo.commit({ "slow.txt": "slow\n" });
  const work = "echo task > slow.txt; git commit -qam task; echo new > new.txt; git add .; git commit -qm new";
  const { id, branch } = await done(work);
  const gate = await slowCheckout();
  const client = rig.open(["worktree", "merge", id]);
  await gate.reached();
  client.child.kill("SIGKILL");
  await client.ended;
  await gate.open();
  const tip = await repo.git("rev-parse", branch);
  await expect.poll(() => repo.git("rev-parse", "main")).toBe(tip);
  await expect.poll(() => existsSync(join(repo.dir, ".git/index.lock"))).toBe(false);
  expect(await repo.git("status", "--porcelain")).toBe("");
  expect(await worktree("merge", id, "--undo")).toMatchObject({ code: 0 });
  expect(existsSync(join(repo.dir, "new.txt"))).toBe(false);
});

test("a restore that is killed in the middle: once more is whole, and what was there before is on record", async () => {
  await repo.commit({ "slow.txt": "first\n", "a.txt": "first\n", "z.txt": "first\n" });
  const { id } = await submitAndEnd(rig, repo.dir, "--checkpoint", "true");
  for (const name of ["a.txt", "slow.txt", "z.txt"]) await repo.write(name, "second\n");
  await repo.write("new.txt", "new\n");
  const gate = await slowCheckout();
  const client = rig.open(["checkpoint", "restore", String(id), "1"]);
  const git = await gate.reached();
  client.child.kill("SIGKILL");
  process.kill(git, "SIGKILL");
  await client.ended;
  await gate.open();
  const texts = () => Promise.all(["a.txt", "slow.txt", "z.txt"].map((name) => readFile(join(repo.dir, name), "utf8")));
  expect(await rig.claudine("checkpoint", "restore", String(id), "1")).toMatchObject({ code: 0 });
  expect(await texts()).toEqual(["first\n", "first\n", "first\n"]);
  expect(existsSync(join(repo.dir, "new.txt"))).toBe(false);
  expect(await rig.claudine("checkpoint", "restore", String(id), "2")).toMatchObject({ code: 0 });
  expect(await texts()).toEqual(["second\n", "second\n", "second\n"]);
  expect(await readFile(join(repo.dir, "new.txt"), "utf8")).toBe("new\n");
});

test.skipIf(noDisk !== undefined)("a disk that is full while a checkpoint is written: the run says so", async () => {
  const dir = rig.file(`disk${count}`);
  mkdirSync(dir);
  const disk = mountSmallDisk(dir, { mib: 2 });
  const target = await makeRepo(rig, { name: `disk${count}/repo` });
  const before = await target.fingerprint();
  const go = rig.file(`go${count}`);
  const work = `head -c 300000 /dev/urandom > big.bin; until [ -e ${go} ]; do sleep 0.02; done`;
  const { stdout } = await rig.claudineWith({ cwd: target.dir }, "submit", "--worktree", "--commit-on-finish", work);
  const id = Number(stdout);
  await rig.started(id);
  disk.fill();
  disk.spare(60_000);
  await writeFile(go, "");
  const reason = expect.stringMatching(/recorded.*; its changes were not committed: .*/);
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", reason });
  expect(await target.fingerprint()).toEqual(before);
  disk.free();
  expect(await rig.claudine("checkpoint", "make", String(id))).toMatchObject({ code: 0 });
  expect(await target.git("fsck", "--no-dangling")).toBe("");
});
