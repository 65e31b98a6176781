/** Commands that cannot start: one clear failure as data, and the daemon goes on. */
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  await mkdir(rig.file("gone"));
  await mkdir(rig.file("a-folder"));
  await writeFile(rig.file("plain"), "no program\n");
  await writeFile(rig.file("bad-interpreter"), "#!/no/such/interpreter\n");
  await chmod(rig.file("bad-interpreter"), 0o755);
  await symlink("loop", rig.file("loop"));
  return () => rig[Symbol.asyncDispose]();
});

const cases = [
  {
    what: "a command that is not there",
    args: ["no-such-command", "x"],
    code: 127,
    reason: /^could not start: ENOENT exec no-such-command$/,
  },
  {
    what: "a path that is not there",
    args: ["./missing", "x"],
    code: 127,
    reason: /^could not start: ENOENT exec \.\/missing$/,
  },
  {
    what: "a file that is no program",
    args: ["./plain", "x"],
    code: 126,
    reason: /^could not start: EACCES exec \.\/plain$/,
  },
  { what: "a folder", args: ["./a-folder", "x"], code: 126, reason: /^could not start: EACCES exec \.\/a-folder$/ },
  {
    what: "a script without its interpreter",
    args: ["./bad-interpreter", "x"],
    code: 127,
    reason: /^could not start: ENOENT exec \.\/bad-interpreter$/,
  },
  {
    what: "a working directory that is not there",
    args: ["-w", "missing", "true"],
    code: 1,
    reason: /^could not start: ENOENT chdir .*\/missing$/,
  },
  {
    what: "a working directory that is a file",
    args: ["-w", "plain", "true"],
    code: 1,
    reason: /^could not start: ENOTDIR chdir .*\/plain$/,
  },
  {
    what: "a working directory that is a loop",
    args: ["-w", "loop", "true"],
    code: 1,
    reason: /^could not start: ELOOP chdir .*\/loop$/,
  },
];

test.for(cases)("$what", async ({ args, code, reason }) => {
  const id = await rig.submit(...args);
  const task = await rig.ended(id);
  expect(task).toMatchObject({ state: "failed", exitCode: null, signal: null, startedAt: null, pid: null, attempt: 1 });
  expect(task.reason).toMatch(reason);
  const { step, errno, path } = task.notStarted ?? {};
  expect(`could not start: ${errno} ${step} ${path}`).toBe(task.reason);
  expect(await rig.claudine("follow", String(id))).toMatchObject({ code, stdout: "" });
  expect(task.finishedAt).toBeGreaterThanOrEqual(task.createdAt);
  expect(await rig.claudine("submit", "--wait", "true")).toMatchObject({ code: 0 });
});

test("a working directory that goes between submit and start", async () => {
  const id = await rig.submit("--held", "-w", "gone", "true");
  await rm(rig.file("gone"), { recursive: true });
  await rig.claudine("release", String(id));
  const task = await rig.ended(id);
  expect(task.reason).toMatch(/^could not start: ENOENT chdir .*\/gone$/);
  await mkdir(rig.file("gone"));
  await rig.claudine("retry", String(id));
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2, reason: null });
});

test("show tells the errno as data in the run", async () => {
  const id = await rig.submit("no-such-command", "x");
  await rig.ended(id);
  const { stdout } = await rig.claudine("show", String(id), "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    runs: [
      {
        attempt: 1,
        state: "failed",
        outcome: { kind: "not-started", step: "exec", errno: "ENOENT", path: "no-such-command" },
      },
    ],
  });
});

test("a task that could not start has no output, and that is no error", async () => {
  const id = await rig.submit("no-such-command", "x");
  await rig.ended(id);
  expect(await rig.claudine("logs", String(id))).toMatchObject({ code: 0, stdout: "" });
});

test("a word that is longer than the system takes", async () => {
  const long = JSON.stringify([["echo", "x".repeat(300_000)]]);
  const { stdout } = await rig.claudineWith({ input: long }, "submit", "--from-json", "-");
  const task = await rig.ended(Number(stdout));
  expect(task).toMatchObject({ state: "failed", reason: "could not start: E2BIG exec echo" });
});

test("when somebody has removed the folder of the runs, it is made again", async () => {
  await rig.ran("true");
  await rm(join(rig.home.stateDir, "runs"), { recursive: true });
  expect(await rig.ran("echo again")).toMatchObject({ stdout: "again\n", task: { state: "succeeded", attempt: 1 } });
});
