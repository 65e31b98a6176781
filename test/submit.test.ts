/** `claudine submit` of one command: what executes, where, with what. */
import { join } from "node:path";
import { mkdir, realpath } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { CLIENT, CLIENT_IN_SHELL, start } from "./support/program.ts";

const REPORT = join(import.meta.dirname, "fixtures/report.mjs");

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ env: { FROM_DAEMON_AND_CALLER: "home", LC_NOTE: "a\nb=c" } });
  return () => rig[Symbol.asyncDispose]();
});

type Report = { words: string[]; cwd: string; umask: number; env: Record<string, string> };

/** Submits the fixture that tells what it was started with. */
async function reportOf(options: readonly string[], words: readonly string[] = []): Promise<Report> {
  const { stdout } = await rig.ran(...options, "node", REPORT, ...words);
  return JSON.parse(stdout) as Report;
}

test("prints nothing but the id, and ids count up", async () => {
  const first = await rig.claudine("submit", "true");
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^\d+\n$/);
  const next = await rig.claudine("add", "true");
  expect(Number(next.stdout)).toBe(Number(first.stdout) + 1);
});

test("one word runs by the caller's shell", async () => {
  const { task, stdout } = await rig.ran("echo $((1 + 2)) $0 | tr a-z A-Z; exit 3");
  expect(stdout).toBe("3 /BIN/SH\n");
  expect(task).toMatchObject({
    state: "failed",
    exitCode: 3,
    signal: null,
    reason: "exit code 3",
    command: "echo $((1 + 2)) $0 | tr a-z A-Z; exit 3",
    argv: ["/bin/sh", "-c", "echo $((1 + 2)) $0 | tr a-z A-Z; exit 3"],
  });
  const bash = await rig.claudineWith({ env: { SHELL: "/bin/bash" } }, "submit", "-f", "echo ${BASH_VERSION:+bash}");
  expect(bash).toMatchObject({ code: 0, stdout: "bash\n" });
});

test("several words execute untouched", async () => {
  const words = ["", " ", "two\nlines", "$HOME", "*", "a'b\"c\\", "--label", "-x", "--", "ünï✓", "tab\there"];
  const { words: got } = await reportOf([], words);
  expect(got).toEqual(words);
});

test("options after the first word belong to the command, and -- ends them before it", async () => {
  const after = await rig.ran("echo", "--label", "x", "--json", "-q");
  expect(after).toMatchObject({ stdout: "--label x --json -q\n", task: { label: null } });
  const ended = await rig.ran("-l", "mine", "--", "printf", "%s.", "--", "-n");
  expect(ended).toMatchObject({ stdout: "--.-n.", task: { label: "mine", command: "printf %s. -- -n" } });
});

test("the caller's environment travels with the task, the daemon's does not", async () => {
  const caller = { FROM_DAEMON_AND_CALLER: "caller", WITH_EQUALS: "a=b=c", EMPTY: "", UTF8: "ünï✓" };
  const { stdout } = await rig.claudineWith({ env: caller }, "submit", "-f", "node", REPORT);
  const { env } = JSON.parse(stdout) as Report;
  expect(env).toMatchObject({ ...caller, LC_NOTE: "a\nb=c", HOME: rig.env["HOME"], PATH: rig.env["PATH"] });
  const foreign = Object.keys(env).filter(
    (name) => !(name in rig.env) && !(name in caller) && !name.startsWith("CLAUDINE_"),
  );
  expect(foreign.filter((name) => name !== "PWD")).toEqual([]);
});

test("a variable that the caller has not is not there, although the daemon has it", async () => {
  const env = { ...rig.env };
  delete env["FROM_DAEMON_AND_CALLER"];
  const client = await rig.client();
  const {
    ids: [id = 0],
  } = await client.call("task.submit", {
    env,
    cwd: rig.home.work,
    umask: 0o22,
    tasks: [{ command: "echo ${FROM_DAEMON_AND_CALLER-unset}" }],
  });
  await rig.ended(id);
  expect(await rig.output(id)).toBe("unset\n");
});

test("-e sets variables, and takes one by its name alone", async () => {
  const { env } = await reportOf(["-e", "ONE=1=1", "--env", "LC_NOTE", "-e", "HOME=/else", "-e", "EMPTY="]);
  expect(env).toMatchObject({ ONE: "1=1", LC_NOTE: "a\nb=c", HOME: "/else", EMPTY: "" });
  const unset = await rig.claudine("submit", "-e", "NO_SUCH_VARIABLE", "true");
  expect(unset).toMatchObject({ code: 2, stdout: "" });
  expect(unset.stderr).toContain("the variable NO_SUCH_VARIABLE is not set");
  expect(await rig.claudine("submit", "-e", "=x", "true")).toMatchObject({ code: 2, stdout: "" });
});

test("runs in the caller's directory, or in the one of -w", async () => {
  await mkdir(rig.file("sub dir"));
  const work = await realpath(rig.home.work);
  expect(await reportOf([])).toMatchObject({ cwd: work, env: { PWD: work } });
  expect(await reportOf(["-w", "sub dir"])).toMatchObject({ cwd: `${work}/sub dir`, env: { PWD: `${work}/sub dir` } });
  expect(await reportOf(["--cwd", "/"])).toMatchObject({ cwd: "/" });
});

test("a directory that is gone is said before anything is taken", async () => {
  await mkdir(rig.file("short-lived"));
  const script = `cd short-lived && rmdir ../short-lived && exec "$@" submit true`;
  const { code, stdout, stderr } = await start("/bin/sh", {
    args: ["-c", script, "-", ...CLIENT],
    env: rig.env,
    cwd: rig.home.work,
  }).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("working directory");
});

test("functions that a shell exports, and names no shell would take, travel too", async () => {
  const env = { SHELL: "/bin/bash", "BASH_FUNC_greet%%": "() { echo hello $1; }", "with space-and.dots": "kept" };
  const options = { env: { ...env } };
  expect(await rig.claudineWith(options, "submit", "-f", "greet you")).toMatchObject({
    code: 0,
    stdout: "hello you\n",
  });
  const { stdout } = await rig.claudineWith(options, "submit", "-f", "node", REPORT);
  expect((JSON.parse(stdout) as Report).env).toMatchObject(env);
});

test("the caller's umask travels with the task", async () => {
  const submit = `umask 0027; exec "$@" submit -f node "${REPORT}"`;
  const { stdout } = await start("/bin/sh", { args: ["-c", submit, "-", ...CLIENT], env: rig.env, cwd: rig.home.work })
    .ended;
  expect((JSON.parse(stdout) as Report).umask).toBe(0o027);
});

test("label, group and priority are kept", async () => {
  const { task } = await rig.ran("-l", "a label ✓", "-g", "build.x_1", "-o", "-5", "true");
  expect(task).toMatchObject({ label: "a label ✓", group: "build.x_1", priority: -5, stdin: false, arrayIndex: null });
  const { task: plain } = await rig.ran("true");
  expect(plain).toMatchObject({ label: null, group: "default", priority: 0 });
});

test("--json gives ids and uids, and uids are unique", async () => {
  const { stdout, code } = await rig.claudine("submit", "--json", "true");
  const { ids, uids } = JSON.parse(stdout) as { ids: number[]; uids: string[] };
  expect({ code, ids: ids.length, uids: uids.length }).toEqual({ code: 0, ids: 1, uids: 1 });
  expect(await rig.show(ids[0] ?? 0)).toMatchObject({ uid: uids[0] });
  const [one, two] = [await rig.ran("true"), await rig.ran("true")];
  expect(one.task.uid).not.toBe(two.task.uid);
});

test("a task that submits does not pass on what Claudine told it about itself", async () => {
  const id = await rig.submit("-g", "outer", `${CLIENT_IN_SHELL} submit --wait node ${REPORT}`);
  const outer = await rig.ended(id);
  expect(outer).toMatchObject({ state: "succeeded" });
  const inner = Number((await rig.output(id)).trim());
  const { env } = JSON.parse(await rig.output(inner)) as Report;
  expect(env).toMatchObject({ CLAUDINE_TASK_ID: String(inner), CLAUDINE_RUN: "1", CLAUDINE_GROUP: "default" });
});

test.for([
  { what: "no command", args: [], says: "there is no command" },
  { what: "an empty command", args: [""], says: "there is no command" },
  { what: "a group with a slash", args: ["-g", "a/b", "true"], says: "group" },
  { what: "an empty label", args: ["-l", "", "true"], says: "Cannot submit: the label is empty" },
  { what: "a priority that is neither a number nor a name", args: ["-o", "higher", "true"], says: "--priority" },
  { what: "a priority with a fraction", args: ["-o", "1.5", "true"], says: "priority" },
  { what: "an unknown option", args: ["--lable", "x", "true"], says: "--label" },
  { what: "an option without its value", args: ["-l"], says: "needs a value" },
])("refuses $what with exit code 2 and takes nothing", async ({ args, says }) => {
  const before = (await rig.status())?.lastSeq;
  const refused = await rig.claudine("submit", ...args);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toContain(says);
  const client = await rig.client();
  const { events } = await client.call("event.list", { since: before ?? 0 });
  expect(events.filter(({ type }) => type === "task.submitted")).toEqual([]);
});
