/** Tasks that cannot run, or that are strange: what a process does is data, what no process can be given is refused. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { SubmitTask } from "@claudine/protocol/methods";
import type { TaskInfo } from "@claudine/protocol/task";
import { createRig, type Rig, startDaemon } from "./support/daemon.ts";
import { canBeNobody, claudineAsNobody, giveToNobody } from "./support/nobody.ts";
import { type Answer, RawClient, refusal, submission } from "./support/raw-client.ts";

let rig: Rig;
let client: RawClient;
beforeAll(async () => {
  rig = await createRig();
  client = await RawClient.open(rig.home.socket);
  return async () => {
    client.destroy();
    await rig[Symbol.asyncDispose]();
  };
});

const submit = (task: Record<string, unknown>, change: Record<string, unknown> = {}): Promise<Answer | undefined> =>
  client.ask("task.submit", submission([task], { cwd: rig.home.work, ...change }));

/** The task when it has ended. */
async function ran(task: SubmitTask, change: Record<string, unknown> = {}): Promise<TaskInfo> {
  const { ids } = await client.get("task.submit", submission([task], { cwd: rig.home.work, ...change }));
  const {
    tasks: [ended],
  } = await client.get("task.wait", { selector: ids.map(String) });
  if (ended === undefined) throw new Error("the task is not there");
  return ended;
}

const outputOf = async ({ id }: TaskInfo): Promise<string> => (await client.get("log.read", { id })).data;

describe("a working directory", () => {
  beforeAll(async () => {
    await writeFile(rig.file("a-file"), "");
    await symlink("loop", rig.file("loop"));
  });

  test.each([
    ["that is not there", "/no/such/folder", "ENOENT"],
    ["that is a file", "a-file", "ENOTDIR"],
    ["in a file", "a-file/in", "ENOTDIR"],
    ["that leads to itself", "loop", "ELOOP"],
    ["with a name that is too long", "x".repeat(300), "ENAMETOOLONG"],
    ["with a path that is too long", "x/".repeat(5000), "ENAMETOOLONG"],
  ])("%s is how the task failed", async (_what, cwd, errno) => {
    const task = await ran({ command: ["true"], cwd });
    expect(task).toMatchObject({ state: "failed", exitCode: null, startedAt: null });
    expect(task.reason).toMatch(new RegExp(`^could not start: ${errno} chdir /`));
    expect(task.reason?.length).toBeLessThan(600);
  });

  test.runIf(canBeNobody)("that may not be entered is how the task failed", async () => {
    const other = await startDaemon({ daemon: false });
    await mkdir(other.file("locked"), { mode: 0o000 });
    await giveToNobody(other);
    const ended = await claudineAsNobody(other, "submit", "--wait", "-w", other.file("locked"), "true");
    expect(ended).toMatchObject({ code: 1, stdout: "1\n" });
    expect(ended.stderr).toBe(`Task 1 failed: could not start: EACCES chdir ${other.file("locked")}\n`);
  });

  test.each(["", "/tmp\0/x", "/tmp/\ud800"])("that no process can have (%j) is refused", async (cwd) => {
    expect(await submit({ command: ["true"] }, { cwd })).toMatchObject(refusal("invalid_params"));
    expect(await submit({ command: ["true"], cwd })).toMatchObject(refusal("invalid_params"));
  });

  test("of the call that is not absolute is refused", async () => {
    const answer = await submit({ command: ["true"] }, { cwd: "x".repeat(100_000) });
    expect(answer).toMatchObject(refusal("invalid_params"));
    expect(answer?.error?.message.length).toBeLessThan(500);
  });
});

describe("a command", () => {
  beforeAll(async () => {
    await mkdir(rig.file("a-folder"));
    await writeFile(rig.file("not-executable"), "#!/bin/sh\necho hi\n", { mode: 0o644 });
    await writeFile(rig.file("no-interpreter"), "#!/no/such/interpreter\n", { mode: 0o755 });
    await writeFile(rig.file("no-shebang"), "echo by a shell\n", { mode: 0o755 });
    await writeFile(rig.file("empty"), "", { mode: 0o755 });
    await writeFile(rig.file("no-program"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 2, 3, 4]), { mode: 0o755 });
  });

  test.each([
    ["that is not there", ["/no/such/command"], "ENOENT"],
    ["that is not in the PATH", ["no-such-command"], "ENOENT"],
    ["that is a folder", ["./a-folder"], "EACCES"],
    ["that is not executable", ["./not-executable"], "EACCES"],
    ["without its interpreter", ["./no-interpreter"], "ENOENT"],
    ["without a name", [""], "ENOENT"],
    ["with a word longer than the kernel takes", ["true", "x".repeat(200_000)], "E2BIG"],
    ["longer than the kernel takes", ["true", ...Array<string>(80).fill("x".repeat(100_000))], "E2BIG"],
    ["by a shell, longer than the kernel takes", `true ${"x".repeat(200_000)}`, "E2BIG"],
  ])("%s is how the task failed", async (_what, command, errno) => {
    const task = await ran({ command });
    expect(task).toMatchObject({ state: "failed", exitCode: null, signal: null });
    expect(task.reason).toMatch(new RegExp(`^could not start: ${errno} exec `));
  });

  test("of a megabyte runs", async () => {
    const task = await ran({ command: ["sh", "-c", "echo $#", ...Array<string>(10).fill("x".repeat(100_000))] });
    expect(task).toMatchObject({ state: "succeeded", exitCode: 0 });
    expect(await outputOf(task)).toBe("9\n");
  });

  test("that is no program ends as the system says", async () => {
    expect(await ran({ command: ["./no-program"] })).toMatchObject({ state: "failed" });
    // execvp gives a file without a shebang to the shell.
    expect(await outputOf(await ran({ command: ["./no-shebang"] }))).toBe("by a shell\n");
    expect(await ran({ command: ["./empty"] })).toMatchObject({ state: "succeeded", exitCode: 0 });
  });

  test.each([
    ["a NUL", ["true", "a\0b"]],
    ["half a character", ["true", "\udc00"]],
    ["no word", []],
    ["a word that is none", ["true", 1]],
    ["nothing", ""],
  ])("with %s is refused", async (_what, command) => {
    expect(await submit({ command })).toMatchObject(refusal("invalid_params"));
  });
});

test.each([
  ["a hook", { onFinish: "true\0" }],
  ["a key", { key: "a\0b" }],
  ["half a key", { key: "\ud800" }],
])("%s that cannot be given to anybody is refused", async (_what, rule) => {
  expect(await submit({ command: ["true"], ...rule })).toMatchObject(refusal("invalid_params"));
});

describe("an environment", () => {
  test.each([
    ["a name that is empty", { "": "x" }],
    ["a name with =", { "a=b": "x" }],
    ["a name with a NUL", { "a\0": "x" }],
    ["a value with a NUL", { a: "x\0y" }],
    ["half a character", { a: "\ud800" }],
    ["a value that is none", { a: 1 }],
  ])("with %s is refused", async (_what, env) => {
    expect(await submit({ command: ["true"] }, { env })).toMatchObject(refusal("invalid_params"));
    expect(await submit({ command: ["true"], env })).toMatchObject(refusal("invalid_params"));
  });

  test("with strange names and values arrives as it is", async () => {
    const strange = { "a b": "1", "\n": "\n\n", é: "ü\u202e😀", "%s": "$(exit 3)", constructor: "c", toString: "t" };
    const task = await ran({ command: ["env", "-0"] }, { env: { PATH: "/usr/bin:/bin", ...strange } });
    const got = (await outputOf(task)).split("\0");
    for (const [name, value] of Object.entries(strange)) expect(got).toContain(`${name}=${value}`);
  });

  test("that is larger than the kernel takes is how the task failed", async () => {
    const env = {
      PATH: "/usr/bin:/bin",
      ...Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`V${n}`, "x".repeat(100_000)])),
    };
    expect((await ran({ command: ["true"] }, { env })).reason).toMatch(/^could not start: E2BIG exec /);
  });

  test("that many tasks would multiply is refused", async () => {
    const env = { PATH: "/usr/bin:/bin", BIG: "x".repeat(300_000) };
    const tasks = Array.from({ length: 1000 }, (_, n) => ({ command: ["true"], env: { N: `${n}` } }));
    expect(await client.ask("task.submit", submission(tasks, { env }))).toMatchObject(refusal("too_large"));
  });
});

describe("many", () => {
  test("100,000 tasks in one call, each with variables of its own, and not one more", async () => {
    const many = await startDaemon();
    const other = await RawClient.open(many.home.socket);
    const task = (n: number) => ({ command: ["true"], held: true, env: { N: `${n}` } });
    const tasks = Array.from({ length: 100_000 }, (_, n) => task(n));
    const one = task(0);
    expect(await other.ask("task.submit", submission([...tasks, one]))).toMatchObject(refusal("invalid_params"));
    expect((await other.get("task.submit", submission(tasks))).ids).toHaveLength(100_000);
    expect(await other.ask("task.list", { limit: 1 })).toMatchObject({ result: { tasks: [{ id: 100_000 }] } });
  });

  test("one bad task among many: none is taken", async () => {
    const tasks = [
      ...Array.from({ length: 999 }, () => ({ command: ["true"] })),
      { command: ["true"], group: "no/group" },
    ];
    const before = await client.ask("task.list", { limit: 1 });
    const answer = await client.ask("task.submit", submission(tasks));
    expect(answer).toMatchObject(refusal("invalid_params"));
    expect(answer?.error?.message).toContain("Cannot submit: task 1000: group: use letters");
    expect(await client.ask("task.list", { limit: 1 })).toEqual({ ...before, id: expect.anything() });
  });

  test.each([
    ["a label of 100 kB", { label: "x".repeat(100_000) }],
    ["a label with half a character", { label: "\ud800" }],
    ["a group with a slash", { group: "../x" }],
    ["a group that begins with a dot", { group: ".x" }],
    ["a group that is empty", { group: "" }],
    ["a priority out of range", { priority: 1e9 }],
    ["a half priority", { priority: 0.5 }],
    ["an unknown key", { lable: "x" }],
  ])("%s is refused", async (_what, change) => {
    expect(await submit({ command: ["true"], ...change })).toMatchObject(refusal("invalid_params"));
  });

  test("more groups than are looked at in time", async () => {
    const tasks = Array.from({ length: 1500 }, (_, n) => ({ command: ["true"], group: `g${n}`, held: true }));
    expect(await client.ask("task.submit", submission(tasks))).toMatchObject(refusal("limit"));
  });
});
