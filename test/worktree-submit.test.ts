/** `claudine submit --worktree`: a task works on a branch of its own, and the user's checkout stays as it is. */
import { chmod, mkdir, readdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { isRunning } from "./support/process.ts";
import { GIT_ENV, makeRepo, type Repo } from "./support/repo.ts";
import { eachWithRepo, submitAndEnd } from "./support/repo-rig.ts";

let rig: Rig;
let repo: Repo;
let count = 0;
eachWithRepo((next) => {
  ({ rig, repo, count } = next);
});

/** Submits in a folder and waits for the end. */
async function ran(cwd: string, ...args: string[]) {
  const { id, task, checkout } = await submitAndEnd(rig, cwd, ...args);
  return { id, task, checkout, path: checkout?.path ?? "no worktree" };
}

test("the task runs in a worktree of its own, on a new branch from the one that is checked out", async () => {
  const before = await repo.fingerprint();
  const tip = await repo.git("rev-parse", "HEAD");
  const { task, id, checkout, path } = await ran(
    repo.dir,
    "--worktree",
    "-l",
    "Tidy things up!",
    'echo more >> file.txt; git commit -qam work; pwd; echo "$CLAUDINE_BRANCH $CLAUDINE_WORKTREE $CLAUDINE_BASE $CLAUDINE_REPO"',
  );
  expect(task).toMatchObject({ state: "succeeded", cwd: repo.dir });
  const branch = `claudine/${id}-tidy-things-up`;
  expect(checkout).toEqual({
    path: join(await realpath(rig.home.stateDir), `worktrees/repo${count}-${id}-tidy-things-up`),
    branch,
    isNewBranch: true,
    base: "main",
    baseCommit: tip,
    repo: repo.dir,
    gitDir: join(repo.dir, ".git"),
    folder: "",
  });
  expect(await rig.output(id)).toBe(`${path}\n${branch} ${path} main ${repo.dir}\n`);
  expect(await readFile(join(path, "file.txt"), "utf8")).toBe("one\ntwo\nthree\nmore\n");
  expect(await repo.git("log", "--format=%s", `main..${branch}`)).toBe("work");
  expect(await repo.fingerprint()).toEqual(before);
  const { stdout } = await rig.claudine("show", String(id));
  expect(stdout).toContain(`Worktree    ${path}\n`);
  expect(stdout).toContain(`Branch      ${branch}, from main (${tip.slice(0, 10)})\n`);
});

test("a dirty checkout, staged and not, with untracked files, stays so and is not in the worktree", async () => {
  await repo.write("staged.txt", "staged");
  await repo.git("add", "staged.txt");
  await repo.write("file.txt", "dirty\n");
  await repo.write("untracked.txt", "untracked");
  const before = await repo.fingerprint();
  const { path, task } = await ran(repo.dir, "--worktree", "git add -A; git status --porcelain; ls");
  expect(task.state).toBe("succeeded");
  expect(await rig.output(task.id)).toBe("file.txt\n");
  expect(existsSync(join(path, "untracked.txt"))).toBe(false);
  expect(await repo.fingerprint()).toEqual(before);
});

test("it runs in the same folder below the top; one that the base lacks is said", async () => {
  await repo.commit({ "sub/dir/x": "x" });
  const { checkout, path, task } = await ran(join(repo.dir, "sub/dir"), "--worktree", "pwd");
  expect(checkout?.folder).toBe("sub/dir");
  expect(await rig.output(task.id)).toBe(`${path}/sub/dir\n`);
  const other = await ran(join(repo.dir, "sub/dir"), "--worktree", "--base", "HEAD~1", "pwd");
  expect(other.task).toMatchObject({ state: "failed", notStarted: { step: "chdir", errno: "ENOENT" } });
});

test("a named branch is made, or used when it is there; the base is a branch, a tag or a commit", async () => {
  const first = await repo.git("rev-parse", "HEAD");
  await repo.git("tag", "v1");
  const second = await repo.commit({ "file.txt": "new\n" });
  const made = await ran(repo.dir, "--worktree=topic/one", "--base", "v1", "cat file.txt");
  expect(made.checkout).toMatchObject({ branch: "topic/one", isNewBranch: true, base: null, baseCommit: first });
  expect(await rig.output(made.id)).toBe("one\ntwo\nthree\n");
  await repo.git("branch", "there", first);
  const used = await ran(repo.dir, "--worktree=there", "git commit -q --allow-empty -m more");
  expect(used.checkout).toMatchObject({ branch: "there", isNewBranch: false, base: "main", baseCommit: first });
  expect(await repo.git("log", "--format=%s", `${first}..there`)).toBe("more");
  expect(await repo.git("rev-parse", "main")).toBe(second);
});

test("where there is a branch claudine, those of tasks are beside it", async () => {
  await repo.git("branch", "claudine");
  const { id, checkout } = await ran(repo.dir, "--worktree", "true");
  expect(checkout?.branch).toBe(`claudine-${id}`);
});

test("a retry works on in the same worktree", async () => {
  const { id, path } = await ran(repo.dir, "--worktree", "echo $CLAUDINE_RUN >> runs.txt; [ $CLAUDINE_RUN = 2 ]");
  await rig.claudine("retry", String(id));
  const again = await rig.ended(id);
  expect(again).toMatchObject({ state: "succeeded", worktree: { checkout: { path } } });
  expect(await readFile(join(path, "runs.txt"), "utf8")).toBe("1\n2\n");
});

test("the setup runs once, in the run, with its output on stderr", async () => {
  const setup = "echo setting up; cat; echo prepared > prepared.txt; echo x >> count.txt";
  const { id, path, task } = await ran(repo.dir, "--worktree", "--setup", setup, "cat prepared.txt; exit 3");
  expect(task).toMatchObject({ state: "failed", exitCode: 3, reason: "exit code 3" });
  expect(await rig.output(id)).toBe("prepared\n");
  expect(await rig.output(id, "stderr")).toBe("setting up\n");
  await rig.claudine("retry", String(id));
  await rig.ended(id);
  expect(await readFile(join(path, "count.txt"), "utf8")).toBe("x\n");
});

test("a setup that fails fails the run, and is tried again by the next", async () => {
  const { id, task, path } = await ran(repo.dir, "--worktree", "--setup", "echo no >&2; [ -e mended ]", "echo ran");
  expect(task).toMatchObject({
    state: "failed",
    exitCode: 1,
    reason: "the setup of its worktree failed: exit code 1",
  });
  expect(await rig.output(id, "stderr")).toContain("claudine: the setup of the worktree failed with exit code 1");
  await writeFile(join(path, "mended"), "");
  await rig.claudine("retry", String(id));
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.output(id)).toBe("ran\n");
});

test("ignored files are copied by pattern, with their modes and as links", async () => {
  await repo.write(".env", "A=1\n");
  await repo.write("sub/.env.local", "B=2\n");
  await repo.write("other.log", "no\n");
  await writeFile(Buffer.concat([Buffer.from(`${repo.dir}/.env-`), Buffer.from([0xff, 0x0a])]), "bytes");
  await chmod(join(repo.dir, ".env"), 0o600);
  await symlink(".env", join(repo.dir, ".env-link"));
  const before = await repo.fingerprint();
  const list = 'ls -A | LC_ALL=C od -An -c | tr -d " \\n"; stat -c %a .env; readlink .env-link; cat sub/.env.local';
  const { id } = await ran(repo.dir, "--worktree", "--copy", ".env*", list);
  const output = await rig.output(id);
  expect(output).toContain(".env-377?".replace("?", "\\n"));
  expect(output).toContain("600\n.env\nB=2\n");
  expect(output).not.toContain("other.log");
  expect(await repo.fingerprint()).toEqual(before);
});

test("what is copied leads no task out of its worktree", async () => {
  const shared = rig.file(`shared${count}`);
  await mkdir(shared);
  await writeFile(join(shared, "env"), "A=1\n");
  await repo.git("checkout", "-q", "-b", "linked");
  await symlink(shared, join(repo.dir, "conf"));
  await repo.commit({});
  await repo.git("checkout", "-q", "main");
  await repo.write("conf/.env.own", "B=2\n");
  await symlink(join(shared, "env"), join(repo.dir, ".env-out"));
  await symlink(shared, join(repo.dir, ".env-folder"));
  const work = "readlink .env-folder; cat .env-out; echo changed > .env-out";
  const { id } = await ran(repo.dir, "--worktree", "--base", "linked", "--copy", ".env*", work);
  expect(await rig.output(id)).toBe(`${shared}\nA=1\n`);
  expect(await readFile(join(shared, "env"), "utf8")).toBe("A=1\n");
  expect(await readdir(shared)).toEqual(["env"]);
});

test("a hook's GIT_DIR and index, and a pager, mislead neither the daemon nor the task", async () => {
  const other = await makeRepo(rig, { name: `other${count}` });
  const before = await other.fingerprint();
  const env = { GIT_DIR: join(other.dir, ".git"), GIT_INDEX_FILE: join(other.dir, ".git/index"), GIT_PREFIX: "x/" };
  const { stdout } = await rig.claudineWith(
    { cwd: repo.dir, env },
    "submit",
    "--worktree",
    "echo x > new.txt; git add new.txt; git commit -qm new; git rev-parse --show-toplevel",
  );
  const task = await rig.ended(Number(stdout));
  expect(task).toMatchObject({ state: "succeeded", worktree: { checkout: { repo: repo.dir } } });
  expect(await rig.output(task.id)).toBe(`${task.worktree?.checkout?.path}\n`);
  expect(await other.fingerprint()).toEqual(before);
});

test("a worktree of a worktree, a detached head, a shallow clone and a sha256 repository", async () => {
  const linked = rig.file(`linked${count}`);
  await repo.git("worktree", "add", "-q", "-b", "linked", linked);
  const nested = await ran(linked, "--worktree", "true");
  expect(nested.checkout).toMatchObject({ base: "linked", repo: linked, gitDir: join(repo.dir, ".git") });

  const commit = await repo.git("rev-parse", "HEAD");
  await repo.git("checkout", "-q", "--detach");
  expect((await ran(repo.dir, "--worktree", "true")).checkout).toMatchObject({ base: null, baseCommit: commit });

  await repo.git("checkout", "-q", "main");
  await repo.commit({ "file.txt": "deeper\n" });
  const shallow = rig.file(`shallow${count}`);
  await repo.git("clone", "-q", "--depth", "1", `file://${repo.dir}`, shallow);
  expect((await ran(shallow, "--worktree", "cat file.txt")).task.state).toBe("succeeded");

  const sha256 = await makeRepo(rig, { name: `sha256-${count}`, args: ["--object-format=sha256"] });
  expect((await ran(sha256.dir, "--worktree", "true")).checkout?.baseCommit).toMatch(/^[0-9a-f]{64}$/);
});

test("a submodule is a repository of its own; a repository with submodules has them empty", async () => {
  const inner = await makeRepo(rig, { name: `inner${count}` });
  await repo.git("submodule", "--quiet", "add", inner.dir, "module");
  await repo.git("commit", "-qm", "module");
  const outer = await ran(repo.dir, "--worktree", "--setup", "git submodule update -q --init", "cat module/file.txt");
  expect(outer.task.state).toBe("succeeded");
  const own = await ran(join(repo.dir, "module"), "--worktree", "git commit -q --allow-empty -m in");
  expect(own.checkout).toMatchObject({ repo: join(repo.dir, "module"), base: "main" });
});

test("what keeps it from being made is said, and harms only that task", async () => {
  const plain = rig.file(`plain${count}`);
  await mkdir(plain);
  const empty = await makeRepo(rig, { name: `empty${count}`, empty: true });
  const bare = await makeRepo(rig, { name: `bare${count}.git`, args: ["--bare"], empty: true });
  const reason = async (cwd: string, ...args: string[]) => {
    const { task } = await ran(cwd, ...args, "true");
    expect(task.state).toBe("failed");
    return task.reason;
  };
  expect(await reason(plain, "--worktree")).toBe(
    `could not start: no worktree: ${plain} is in no git repository (git init makes one)`,
  );
  expect(await reason(empty.dir, "--worktree")).toContain("the repository has no commit yet");
  expect(await reason(bare.dir, "--worktree")).toContain("without a checkout");
  expect(await reason(repo.dir, "--worktree", "--base", "nope")).toContain("the base nope is no commit");
  expect(await reason(repo.dir, "--worktree=main")).toContain(`the branch main is checked out in ${repo.dir}`);
  expect(await reason(repo.dir, "--worktree=a..b")).toContain('"a..b" is no name for a branch');
  expect(await reason(repo.dir, "--worktree", "-e", "PATH=/nowhere")).toContain("git is not installed");
  expect(await reason(repo.dir, "--worktree", "-w", `${repo.dir}/gone`)).toContain("there is no folder");
  expect(await repo.git("branch", "--format=%(refname:short)")).toBe("main");
  expect(await rig.claudine("submit", "--base", "main", "true")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--base goes with --worktree"),
  });
});

test("a task that is ended while its worktree is made never starts, and leaves no worktree", async () => {
  const bin = rig.file(`bin${count}`);
  await mkdir(bin);
  await writeFile(
    join(bin, "git"),
    `#!/bin/sh\ncase "$*" in *"worktree add"*) echo $$ > ${bin}/pid; exec sleep 1000;; esac\nexec ${await which("git")} "$@"\n`,
  );
  await chmod(join(bin, "git"), 0o755);
  const env = { PATH: `${bin}:${rig.env["PATH"]}` };
  const { stdout } = await rig.claudineWith({ cwd: repo.dir, env }, "submit", "--worktree", "true");
  const id = Number(stdout);
  await rig.pidIn(`bin${count}/pid`);
  expect(await rig.claudine("kill", String(id))).toMatchObject({ code: 0 });
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", startedAt: null });
  expect(await repo.git("branch", "--format=%(refname:short)")).toBe("main");
  expect(await repo.git("worktree", "list")).not.toContain("claudine");
});

async function which(program: string): Promise<string> {
  const path = (rig.env["PATH"] ?? "").split(":").map((dir) => join(dir, program));
  return path.find((one) => existsSync(one)) ?? program;
}

test.for(["before-commit-worktree.changed", "after-commit-worktree.changed", "before-launch", "after-launch"])(
  "a daemon that dies at %s: the next one has one worktree, and the task runs once",
  async (place) => {
    const own = await startDaemon({ env: GIT_ENV });
    const target = await makeRepo(own);
    await own.down();
    const daemon = own.spawnDaemon({ CLAUDINE_CRASH_AT: place });
    await expect.poll(() => own.status().then((status) => status?.pid)).toBe(daemon.pid);
    const { stdout } = await own.claudineWith({ cwd: target.dir }, "submit", "--worktree", "echo once >> ran.txt");
    await daemon.ended;
    await own.up();
    const task = await own.ended(Number(stdout));
    expect(task).toMatchObject({ state: "succeeded", worktree: { checkout: { branch: "claudine/1" } } });
    expect(await readFile(join(task.worktree?.checkout?.path ?? "", "ran.txt"), "utf8")).toBe("once\n");
    expect((await target.git("worktree", "list")).split("\n")).toHaveLength(2);
  },
);

test("a daemon that is killed in the middle of the checkout: the next one ends that git and begins anew", async () => {
  const own = await startDaemon({ env: GIT_ENV });
  const target = await makeRepo(own);
  await target.commit({ ".gitattributes": "slow.txt filter=slow\n", "slow.txt": "slow\n" });
  const gate = own.file("gate");
  await target.git(
    "config",
    "filter.slow.smudge",
    `sh -c 'echo $$ > ${gate}.pid; until [ -e ${gate} ]; do sleep 0.02; done; cat'`,
  );
  const { stdout } = await own.claudineWith({ cwd: target.dir }, "submit", "--worktree", "cat slow.txt");
  const pid = await own.pidIn("gate.pid");
  await own.down("SIGKILL");
  await writeFile(`${gate}.pid`, "");
  await own.up();
  await expect.poll(async () => (await readFile(`${gate}.pid`, "utf8")).trim()).not.toBe("");
  expect(isRunning(pid)).toBe(false);
  await writeFile(gate, "");
  const task = await own.ended(Number(stdout));
  expect(task.state).toBe("succeeded");
  expect(await own.output(task.id)).toBe("slow\n");
  expect((await target.git("worktree", "list")).split("\n")).toHaveLength(2);
});
