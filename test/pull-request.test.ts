/** `claudine pr`: the branch of a task is pushed, and a pull request opened by gh or glab, which stand-ins play here. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { GIT_ENV, makeRepo, type Repo } from "./support/repo.ts";

let rig: Rig;
let repo: Repo;
let remote: Repo;
let count = 0;
beforeAll(async () => {
  rig = await createRig({ env: GIT_ENV, config: "slots: 8\n" });
  return () => rig[Symbol.asyncDispose]();
});
beforeEach(async () => {
  count += 1;
  repo = await makeRepo(rig, { name: `repo${count}` });
  remote = await makeRepo(rig, { name: `remote${count}.git`, args: ["--bare"], empty: true });
  await repo.git("remote", "add", "origin", remote.dir);
});

/** A folder with programs that note their words and then do as `script` says. */
async function standIns(
  programs: Record<string, string>,
): Promise<{ env: Record<string, string>; words(): Promise<string[]> }> {
  const bin = rig.file(`bin${count}`);
  const log = join(bin, "log");
  await mkdir(bin, { recursive: true });
  await writeFile(log, "");
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\nprintf '%s\\0' ${name} "$@" >> ${log}\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  const words = async () => (await readFile(log, "utf8")).split("\0").slice(0, -1);
  return { env: { PATH: `${bin}:${rig.env["PATH"]}` }, words };
}

async function done(work: string, ...args: string[]) {
  const { stdout } = await rig.claudineWith({ cwd: repo.dir }, "submit", "--worktree", ...args, work);
  const task = await rig.ended(Number(stdout));
  return { id: String(task.id), branch: task.worktree?.checkout?.branch ?? "" };
}

const WORK = "echo x > x.txt; git add .; git commit -qm 'Add x'; echo y > y.txt; git add .; git commit -qm 'Add y'";

test("pushes, opens, stores the address; the task is found by it and by its branch", async () => {
  const url = `https://github.com/o/r/pull/${count}`;
  const { env, words } = await standIns({ gh: `echo "Creating" >&2; echo ${url}` });
  const { id, branch } = await done(WORK, "-l", "my label");
  expect(await rig.claudineWith({ env }, "pr", id, "--draft")).toMatchObject({ code: 0, stdout: `${url}\n` });
  expect(await words()).toEqual([
    "gh",
    "pr",
    "create",
    "--head",
    branch,
    "--base",
    "main",
    "--title",
    "my label",
    "--body",
    "- Add x\n- Add y",
    "--draft",
  ]);
  expect(await remote.git("rev-parse", branch)).toBe(await repo.git("rev-parse", branch));
  expect((await rig.show(Number(id))).worktree?.checkout?.pullRequest).toBe(url);
  for (const word of [url, `${url}/files?w=1#diff`, `branch:${branch}`])
    expect(await rig.claudine("list", "--quiet", word)).toMatchObject({ stdout: `${id}\n`, stderr: "" });
  expect(await rig.claudine("wait", `${url}0`)).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("no task matches"),
  });
  // Again: what is new is pushed, and nothing is opened.
  await repo.gitIn(
    (await rig.show(Number(id))).worktree?.checkout?.path ?? "",
    "commit",
    "-q",
    "--allow-empty",
    "-m",
    "z",
  );
  expect(await rig.claudineWith({ env }, "pr", id, "--json")).toMatchObject({ code: 0 });
  expect((await words()).filter((word) => word === "gh")).toHaveLength(1);
  expect(await remote.git("log", "-1", "--format=%s", branch)).toBe("z");
});

test("glab where the remote's address says GitLab, with the forge's own words, and one that is there already", async () => {
  const url = `https://gitlab.example.org/o/r/-/merge_requests/${count}`;
  const gitlab = await makeRepo(rig, { name: `gitlab${count}.git`, args: ["--bare"], empty: true });
  await repo.git("remote", "set-url", "origin", gitlab.dir);
  const there = `echo "a merge request already exists: ${url}" >&2; exit 1`;
  const { env, words } = await standIns({ glab: there, gh: "exit 9" });
  const { id, branch } = await done(WORK);
  const { code, stdout } = await rig.claudineWith({ env }, "pr", id, "--fill", "--title", "T");
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${url}\n` });
  const own = ["--source-branch", branch, "--target-branch", "main", "--title", "T", "--fill", "--yes"];
  expect(await words()).toEqual(["glab", "mr", "create", ...own]);
  expect(await gitlab.git("rev-parse", branch)).toBe(await repo.git("rev-parse", branch));
});

test("what cannot be is said, and what can be refused before the push is not pushed", async () => {
  const { env } = await standIns({ gh: 'echo "not logged in" >&2; exit 4' });
  const bare = { env: { PATH: rig.env["PATH"] ?? "" } };
  const { id, branch } = await done(WORK);
  const pushed = () => remote.git("branch", "--list");
  const why = async (options: object, ...words: string[]) => {
    const { code, stderr } = await rig.claudineWith(options, "pr", ...words);
    expect(code).not.toBe(0);
    return stderr;
  };
  expect(await why(bare, id)).toContain(
    `Cannot open a pull request of task ${id}: there is no gh and no glab on the PATH`,
  );
  const nothing = await done("true");
  expect(await why({ env }, nothing.id)).toContain("has no commits of its own");
  const dirty = await done("echo x > x.txt");
  expect(await why({ env }, dirty.id)).toContain("1 file is not committed");
  expect(await pushed()).toBe("");
  expect(await why({ env }, id)).toContain("gh: not logged in");
  expect(await pushed()).toContain(branch);
  expect((await rig.show(Number(id))).worktree?.checkout?.pullRequest).toBeUndefined();
  await repo.git("remote", "remove", "origin");
  expect(await why({ env }, id)).toContain("no remote to push to");
});
