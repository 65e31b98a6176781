/** Checkpoints: what a task's files were is recorded beside its branches, and can be had back. */
import { chmod, readdir, readFile, readlink, rm, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { GIT_ENV, makeRepo, type Repo } from "./support/repo.ts";
import { eachWithRepo, submitAndEnd } from "./support/repo-rig.ts";
import { until } from "./support/until.ts";

let rig: Rig;
let repo: Repo;
let count = 0;
eachWithRepo((next) => {
  ({ rig, repo, count } = next);
});

async function ran(cwd: string, ...args: string[]) {
  const { id, task, checkout } = await submitAndEnd(rig, cwd, ...args);
  return { id, task, path: checkout?.path ?? cwd };
}

type Row = { name: string; commit: string; tree: string; why: string; run: number };

async function checkpoints(id: number): Promise<Row[]> {
  const { stdout, stderr, code } = await rig.claudine("checkpoint", "list", String(id), "--json");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Row[];
}

test("each run in a worktree ends with one, and what changed between two runs is one too", async () => {
  const { id, path } = await ran(repo.dir, "--worktree", "echo $CLAUDINE_RUN > run.txt; echo x > a.log");
  expect(await checkpoints(id)).toMatchObject([
    { name: "1.1", run: 1, why: `at the end of the run (task ${id}, run 1)` },
  ]);
  await writeFile(join(path, "by-hand.txt"), "by hand");
  await rig.claudine("retry", String(id));
  await rig.ended(id);
  const all = await checkpoints(id);
  expect(all.map(({ name }) => name)).toEqual(["1.1", "2.2", "2.3"]);
  const files = (commit: string) => repo.git("ls-tree", "-r", "--name-only", commit);
  expect(await files(all[0]?.commit ?? "")).toBe(".gitignore\nfile.txt\nrun.txt");
  expect(await files(all[1]?.commit ?? "")).toBe(".gitignore\nby-hand.txt\nfile.txt\nrun.txt");
  expect(await repo.gitIn(path, "status", "--porcelain")).toBe("?? by-hand.txt\n?? run.txt");
});

test("with --checkpoint the folder of the task is recorded; index, branch and stash of the user stay as they are", async () => {
  await repo.write("staged.txt", "staged");
  await repo.git("add", "staged.txt");
  await repo.write("untracked file\n.txt", "untracked");
  const before = await repo.fingerprint();
  const { id, task } = await ran(repo.dir, "--checkpoint", "true");
  expect(task).toMatchObject({ state: "succeeded", worktree: null, checkpoint: {} });
  const [made] = await checkpoints(id);
  expect(await repo.git("ls-tree", "-r", "-z", "--name-only", made?.commit ?? "")).toBe(
    ".gitignore\0file.txt\0staged.txt\0untracked file\n.txt\0",
  );
  expect(await repo.fingerprint()).toEqual(before);
  expect(await repo.git("for-each-ref", "--format=%(refname)", "refs/claudine")).toBe(`refs/claudine/${id}/1.1`);
});

test("a restore brings back contents, modes, links and strange names, and takes away what was not there", async () => {
  const strange = Buffer.concat([Buffer.from(`${repo.dir}/na me\n`), Buffer.from([0xff])]);
  await writeFile(strange, "strange");
  await repo.write("script.sh", "#!/bin/sh\n");
  await chmod(join(repo.dir, "script.sh"), 0o755);
  await symlink("file.txt", join(repo.dir, "link"));
  await repo.write("big.bin", Buffer.alloc(5_000_000, 7));
  const { id } = await ran(repo.dir, "--checkpoint", "true");
  const branch = await repo.git("rev-parse", "main");
  await chmod(join(repo.dir, "script.sh"), 0o644);
  await unlink(join(repo.dir, "link"));
  await unlink(strange);
  await repo.write("big.bin", "small");
  await repo.write("new.txt", "new");
  await repo.write("kept.log", "ignored");
  const { code, stderr } = await rig.claudine("checkpoint", "restore", String(id));
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `Restored checkpoint 1.1 of task ${id}; claudine checkpoint restore ${id} 1.2 goes back\n`,
  });
  expect(await readFile(strange, "utf8")).toBe("strange");
  expect((await stat(join(repo.dir, "script.sh"))).mode & 0o777).toBe(0o755);
  expect(await readlink(join(repo.dir, "link"))).toBe("file.txt");
  expect((await stat(join(repo.dir, "big.bin"))).size).toBe(5_000_000);
  expect(existsSync(join(repo.dir, "new.txt"))).toBe(false);
  expect(await readFile(join(repo.dir, "kept.log"), "utf8")).toBe("ignored");
  expect(await repo.git("rev-parse", "main")).toBe(branch);
  expect((await rig.claudine("checkpoint", "restore", String(id), "1.2")).code).toBe(0);
  expect(await readFile(join(repo.dir, "new.txt"), "utf8")).toBe("new");
  expect(await readFile(join(repo.dir, "big.bin"), "utf8")).toBe("small");
});

test("diff shows what has changed since; make records now; an unknown one and a running task are refused", async () => {
  const { id } = await ran(repo.dir, "--checkpoint", "true");
  await repo.write("file.txt", "changed\n");
  await repo.write("new.txt", "new\n");
  const { stdout } = await rig.claudine("checkpoint", "diff", String(id), "1");
  expect(stdout).toContain("+changed\n");
  expect(stdout).toContain("+++ b/new.txt\n");
  expect(await rig.claudine("checkpoint", "make", String(id))).toMatchObject({
    code: 0,
    stderr: `Checkpoint 1.2 of task ${id}\n`,
  });
  expect(await rig.claudine("checkpoint", "restore", String(id), "7.7")).toMatchObject({
    code: 66,
    stderr: expect.stringContaining(`Cannot restore task ${id}: task ${id} has no checkpoint 7.7`),
  });
  const { stdout: running } = await rig.claudineWith({ cwd: repo.dir }, "submit", "--checkpoint", "exec sleep 1000");
  await rig.started(Number(running));
  expect(await rig.claudine("checkpoint", "restore", running.trim())).toMatchObject({ code: 1 });
  await rig.claudine("kill", running.trim());
});

test("every so often while it runs", async () => {
  const { stdout } = await rig.claudineWith(
    { cwd: repo.dir },
    "submit",
    "--worktree",
    "--checkpoint=1s",
    "echo 1 > a; until [ -e go ]; do sleep 0.05; done; echo 2 > a",
  );
  const id = Number(stdout);
  const { worktree } = await rig.started(id);
  await expect.poll(() => checkpoints(id)).toMatchObject([{ why: `while it runs (task ${id}, run 1)` }]);
  await writeFile(join(worktree?.checkout?.path ?? "", "go"), "");
  await rig.ended(id);
  // Made at the end, or just before it: then nothing had changed any more.
  const last = (await checkpoints(id)).at(-1)?.commit ?? "";
  expect(await repo.git("show", `${last}:a`)).toBe("2");
  expect(await repo.git("ls-tree", "--name-only", last)).toContain("go");
});

test("a branch without a commit, a folder without a repository, an identity that is missing", async () => {
  const empty = await makeRepo(rig, { name: `empty${count}`, empty: true });
  await empty.write("a.txt", "a");
  const { id } = await ran(empty.dir, "--checkpoint", "true");
  expect(await checkpoints(id)).toHaveLength(1);
  const { task } = await ran(rig.home.work, "--checkpoint", "true");
  expect(task.state).toBe("succeeded");
});

test("--commit-on-finish commits what is left, whatever the run's end, and says what it was", async () => {
  const work = 'echo "a b" > "na me.txt"; rm file.txt; echo x > a.log; exit 3';
  const { id, task, path } = await ran(repo.dir, "--worktree", "--commit-on-finish", "-l", "rework", work);
  expect(task).toMatchObject({ state: "failed", reason: "exit code 3" });
  const branch = task.worktree?.checkout?.branch ?? "";
  expect(await repo.git("log", "--format=%an %s", `main..${branch}`)).toBe("Tester rework");
  expect(await repo.git("log", "--format=%b", `main..${branch}`)).toContain(`What task ${id} of Claudine, run 1, left`);
  expect(await repo.git("ls-tree", "--name-only", branch)).toBe(".gitignore\nna me.txt");
  expect(await repo.gitIn(path, "status", "--porcelain")).toBe("");
});

test("what cannot be committed stays, and that is said", async () => {
  const conflict =
    "echo a > file.txt; git commit -qam a; git checkout -q -b side HEAD~1; echo b > file.txt; git commit -qam b; git checkout -q -; git merge side; true";
  const { task, path } = await ran(repo.dir, "--worktree", "--commit-on-finish", conflict);
  expect(task).toMatchObject({
    state: "succeeded",
    reason: expect.stringContaining("conflicts that are not resolved"),
  });
  expect(await repo.gitIn(path, "status", "--porcelain")).toContain("UU file.txt");
  const other = await ran(repo.dir, "--worktree", "--commit-on-finish", "git checkout -q --detach; echo x > x.txt");
  expect(other.task.reason).toContain("is not on the branch");
  expect(await repo.gitIn(other.path, "status", "--porcelain")).toBe("?? x.txt");
});

test("a daemon that is killed in the middle of committing: the next one does it, once", async () => {
  const own = await startDaemon({ env: GIT_ENV });
  const target = await makeRepo(own);
  const gate = own.file("gate");
  await target.commit({ ".gitattributes": "slow.txt filter=slow\n" });
  const clean = `sh -c 'echo $$ > ${gate}.pid; until [ -e ${gate} ]; do sleep 0.02; done; cat'`;
  await target.git("config", "filter.slow.clean", clean);
  const { stdout } = await own.claudineWith(
    { cwd: target.dir },
    "submit",
    "--worktree",
    "--commit-on-finish",
    "echo slow > slow.txt",
  );
  const id = Number(stdout);
  await own.pidIn("gate.pid");
  expect((await own.show(id)).state).toBe("running");
  await own.down("SIGKILL");
  await writeFile(gate, "");
  await until("git to have gone on without it", async () => !(await isIndexLocked(target)));
  await own.up();
  const task = await own.ended(id);
  expect(task).toMatchObject({ state: "succeeded", reason: null });
  const branch = task.worktree?.checkout?.branch ?? "";
  expect(await target.git("rev-list", "--count", `main..${branch}`)).toBe("1");
  expect(await target.git("show", `${branch}:slow.txt`)).toBe("slow");
});

/** Whether a git is at work on the index of a worktree. */
async function isIndexLocked({ dir }: Repo): Promise<boolean> {
  const worktrees = join(dir, ".git/worktrees");
  return (await readdir(worktrees)).some((name) => existsSync(join(worktrees, name, "index.lock")));
}

test("a checkout that is gone, and one that is locked, end the run all the same", async () => {
  const { id, task, path } = await ran(
    repo.dir,
    "--worktree",
    "--commit-on-finish",
    'echo x > x; touch "$(git rev-parse --git-path index.lock)"',
  );
  expect(task).toMatchObject({ state: "succeeded", reason: expect.stringContaining("index.lock") });
  expect(await checkpoints(id)).toHaveLength(1);
  // The lock may be of somebody who is at work.
  await rig.claudine("retry", String(id));
  expect(await rig.ended(id)).toMatchObject({ reason: expect.stringContaining("index.lock") });
  await rm(path, { recursive: true });
  const gone = await ran(repo.dir, "--worktree", 'rm -rf "$CLAUDINE_WORKTREE"');
  expect(gone.task.state).toBe("succeeded");
});
