/** `claudine continue`: goes on with what an agent has begun, in its session or in a new one that is told of it. */
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { createAgentRig, installAgent, type AgentRig } from "./support/agents.ts";
import { startMcp } from "./support/mcp.ts";
import { GIT_ENV, makeRepo } from "./support/repo.ts";

const SESSION = "3f0e8d52-6e1c-4f6b-9d7a-0b1c2d3e4f50";
const CONFIG = "slots: 8\n";

let it: AgentRig & AsyncDisposable;
beforeAll(async () => {
  it = await createAgentRig({ config: CONFIG, env: GIT_ENV });
  await installAgent(it.rig.file("../bin"), "codex");
  return () => it[Symbol.asyncDispose]();
});

const args = async (id: number) => JSON.parse((await it.result(id)).agent.result ?? "[]") as string[];
const shown = async (id: number) =>
  JSON.parse((await it.rig.claudine("show", String(id), "--json")).stdout) as {
    runs: object[];
  };

/** A task whose tool knows its sessions no more when it is asked to go on with one. */
async function forgetful(prompt: string, cwd = "."): Promise<number> {
  const place = { input: prompt, env: { STAND_IN_FORGETS: "1" } };
  const { stdout } = await it.rig.claudineWith(place, "agent", "--cwd", cwd, "-");
  await it.rig.ended(Number(stdout));
  return Number(stdout);
}

test("goes on in the same session and folder, as another run of the same task; what was said is kept with it", async () => {
  const folder = it.rig.file("some folder");
  await mkdir(folder);
  const id = await it.agent("say one", "--cwd", folder);
  await it.rig.ended(id);
  expect(await it.rig.claudine("continue", String(id), "args", "now", "s3cret")).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `Continued: task ${id}\n`,
  });
  const task = await it.rig.ended(id);
  expect(task).toMatchObject({ state: "succeeded", attempt: 2, reason: null, cwd: folder });
  expect(task.agent).toMatchObject({ goesOn: { session: SESSION, note: null }, feedback: 1 });
  expect(await args(id)).toContain(`--resume=${SESSION}`);
  expect((await shown(id)).runs[1]).toMatchObject({ attempt: 2, goesOn: { session: SESSION } });
  await writeFile(it.rig.file("more.md"), "repeat\nmore");
  await it.rig.claudine("continue", String(id), "--feedback-file", it.rig.file("more.md"));
  await it.rig.ended(id);
  expect((await it.result(id)).agent.result).toBe("repeat\nmore");
  const said = await it.rig.claudine("logs", String(id), "--feedback");
  expect(said.stdout).toMatch(/^==> run 2, .*<==\nargs now s3cret\n==> run 3, .*<==\nrepeat\nmore\n$/);
  expect((await it.rig.claudine("show", String(id))).stdout).toMatch(/^Feedback +2, /m);
  const client = await it.rig.client();
  for (const told of [await client.call("task.list", {}), await client.call("event.list", { limit: 10_000 })])
    expect(JSON.stringify(told)).not.toContain("s3cret");
  client.close();
});

test("without words the editor opens, and standard input is read for -", async () => {
  const id = await it.agent("say one");
  await it.rig.ended(id);
  const script = it.rig.file("editor.sh");
  await writeFile(script, 'echo "say written" > "$1"\n');
  await it.rig.claudineWith({ env: { EDITOR: `sh ${script}` } }, "continue", String(id));
  await it.rig.ended(id);
  expect((await it.result(id)).agent.result).toBe("written");
  await it.rig.claudineWith({ input: "say piped" }, "continue", "last", "-");
  await it.rig.ended(id);
  expect((await it.result(id)).agent.result).toBe("piped");
  const none = await it.rig.claudineWith({ env: { EDITOR: "true" } }, "continue", String(id));
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("the feedback is empty") });
});

test("what runs, waits, is no agent's or is not there cannot be continued, and the words say what to do instead", async () => {
  const go = it.rig.file("go-on");
  const running = await it.agent(`wait ${go}\nsay done`);
  const talking = await it.agent(`wait ${go}\nsay done`, "--messages");
  await it.rig.started(running);
  await it.rig.started(talking);
  const waiting = await it.agent("say later", "--after", String(running));
  const command = Number((await it.rig.claudine("submit", "true")).stdout);
  await it.rig.ended(command);
  for (const [id, why, hint] of [
    [running, "it is running", `claudine wait ${running}`],
    [talking, "it is running", `claudine send ${talking} TEXT`],
    [waiting, "it is queued", "has not begun yet"],
    [command, "it is no agent's", `claudine retry ${command}`],
    [99_999, "there is no such task", "claudine list"],
  ] as const) {
    const { code, stderr } = await it.rig.claudine("continue", String(id), "more");
    expect(code).not.toBe(0);
    expect(stderr).toContain(`Cannot continue task ${id}: ${why}`);
    expect(stderr).toContain(hint);
  }
  expect((await it.rig.claudine("continue", String(running), "a", "--feedback", "b")).stderr).toContain(
    "more than once",
  );
  await writeFile(go, "");
  await it.rig.claudine("send", String(talking), "--eof");
  await Promise.all([running, talking, waiting].map((id) => it.rig.ended(id)));
  expect((await it.rig.claudine("continue", String(running), " ")).stderr).toContain("there is no feedback");
});

test("a session that its tool does not know any more is followed by a new one, once, which is told of the work", async () => {
  const folder = it.rig.file("repo");
  await mkdir(folder);
  execFileSync("git", ["init", "-q", "-b", "main", folder]);
  await writeFile(join(folder, "new file"), "x");
  const id = await forgetful("say the first answer", folder);
  await it.rig.claudine("continue", String(id), "repeat");
  const task = await it.rig.ended(id);
  expect(task).toMatchObject({
    state: "succeeded",
    attempt: 3,
    reason: expect.stringContaining(`claude does not know ${SESSION} any more`),
  });
  const { runs } = await shown(id);
  expect(runs).toMatchObject([
    { state: "succeeded" },
    { state: "failed", goesOn: { session: SESSION }, agent: { error: { class: "session-not-found" } } },
    { state: "succeeded", goesOn: { session: null, note: expect.stringContaining("a new session") } },
  ]);
});

test("the new session gets the prompt, what was said, the answer, the error, the state of git and the end of the output", async () => {
  const folder = it.rig.file("work tree");
  await mkdir(folder);
  execFileSync("git", ["init", "-q", "-b", "topic", folder]);
  await writeFile(join(folder, "new file"), "x");
  const id = await forgetful("tool Bash make\nsay the first answer\ncrash 3", folder);
  // Its tool would do what is quoted, so its prompt is looked at instead.
  const out = it.rig.file("told.txt");
  await writeFile(
    it.rig.file("../bin/claude"),
    `#!/bin/sh\ncase "$*" in *--version*) echo 2.9.9;; *--resume*) echo "No conversation found with session ID: x" >&2; exit 1;; *) cat > '${out}'; exit 1;; esac\n`,
  );
  onTestFinished(async () => void (await installAgent(it.rig.file("../bin"), "claude")));
  await it.rig.claudine("continue", String(id), "please mend it");
  expect(await it.rig.ended(id)).toMatchObject({ state: "failed", attempt: 3 });
  const told = await readFile(out, "utf8");
  for (const words of ["say the first answer\ncrash 3", "## No commits yet on topic", '?? "new file"', "* Bash: make"])
    expect(told).toContain(words);
  expect(told).toContain("tool: It exited with 3");
  expect(told).toMatch(/\n\nWhat is asked of you now:\n\nplease mend it$/);
});

test("retry starts over, with --fresh too; a crash in the middle goes on in its session", async () => {
  const id = await it.agent("args");
  await it.rig.ended(id);
  for (const fresh of [[], ["--fresh"]]) {
    await it.rig.claudine("continue", String(id), "args");
    expect((await it.rig.ended(id)).agent?.goesOn).not.toBeNull();
    await it.rig.claudine("retry", ...fresh, String(id));
    expect((await it.rig.ended(id)).agent?.goesOn).toBeNull();
    expect((await args(id)).join(" ")).not.toContain("--resume");
  }
  const crashing = await it.agent(`say half\ncrashonce ${it.rig.file("crashed")}\nargs`, "--retries", "1");
  expect(await it.rig.ended(crashing)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect(await args(crashing)).toContain(`--resume=${SESSION}`);
});

test.for(["before", "after"])("a daemon that dies %s it is stored: it happens wholly or not at all", async (when) => {
  const own = await createAgentRig({ daemon: false, config: CONFIG });
  onTestFinished(() => own[Symbol.asyncDispose]());
  await own.rig.up({ CLAUDINE_CRASH_AT: `${when}-commit-task.retried` });
  const id = await own.agent("say one");
  await own.rig.ended(id);
  await own.rig.claudine("continue", String(id), "say two");
  await own.rig.daemon?.ended;
  await own.rig.up();
  const isStored = (await own.rig.show(id)).agent?.feedback === 1;
  expect(isStored).toBe(when === "after");
  expect(await own.rig.ended(id)).toMatchObject({ attempt: isStored ? 2 : 1, state: "succeeded" });
  expect((await own.result(id)).agent.result).toBe(isStored ? "two" : "one");
});

test("its branch and the address of its pull request name the task", async () => {
  const repo = await makeRepo(it.rig, { name: "named" });
  const place = { cwd: repo.dir, input: "say one" };
  const { stdout } = await it.rig.claudineWith(place, "agent", "--worktree=named-branch", "-");
  const { id } = await it.rig.ended(Number(stdout));
  const pullRequest = "https://example.org/pull/7";
  const client = await it.rig.client();
  await client.call("worktree.note", { id, step: "pull-request", pullRequest });
  client.close();
  for (const word of ["named-branch", "branch:named-branch", pullRequest]) {
    expect(await it.rig.claudine("continue", word, "args")).toMatchObject({ stderr: `Continued: task ${id}\n` });
    await it.rig.ended(id);
  }
  const none = await it.rig.claudine("continue", "nobodys-branch", "args");
  expect(none).toMatchObject({ code: expect.any(Number), stderr: expect.stringContaining("Cannot continue") });
});

test("what others have changed in its worktree is a conflict: fail, merge and override", async () => {
  const repo = await makeRepo(it.rig, { name: "outside" });
  const made = await it.rig.claudineWith({ cwd: repo.dir, input: "say one" }, "agent", "--worktree", "-");
  const { id, worktree } = await it.rig.ended(Number(made.stdout));
  const [file, fresh] = ["file.txt", "new one.txt"].map((name) => join(worktree?.checkout?.path ?? "none", name));
  if (file === undefined || fresh === undefined) throw new Error("no worktree");
  const goOn = async (...words: string[]) => {
    const ran = await it.rig.claudine("continue", String(id), ...words);
    await it.rig.ended(id);
    return ran;
  };
  expect(await goOn("args")).toMatchObject({ code: 0 });
  await writeFile(file, "mine\n");
  await writeFile(fresh, "too\n");
  const refused = await goOn("args");
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("since its last run 2 files were changed in its worktree: file.txt, new one.txt");
  expect(await it.rig.show(id)).toMatchObject({ attempt: 2, agent: { feedback: 1 } });
  expect(await goOn("--on-conflict", "merge", "repeat")).toMatchObject({ code: 0 });
  expect((await it.result(id)).agent.result).toMatch(/^repeat\n\nOthers have changed files[^]*file.txt[^]*new one.txt/);
  expect(await readFile(file, "utf8")).toBe("mine\n");
  expect((await it.rig.claudine("logs", String(id), "--feedback")).stdout).not.toContain("Others have");
  // They are the task's own now.
  expect(await goOn("args")).toMatchObject({ code: 0 });
  await writeFile(file, "other\n");
  expect(await goOn("--on-conflict", "override", "args")).toMatchObject({ code: 0 });
  expect(await readFile(file, "utf8")).toBe("mine\n");
  const { stdout } = await it.rig.claudine("checkpoint", "list", String(id), "--json");
  const kept = (JSON.parse(stdout) as { name: string; why: string }[]).filter(({ why }) => why.includes("restore"));
  await it.rig.claudine("checkpoint", "restore", String(id), kept.at(-1)?.name ?? "none");
  expect(await readFile(file, "utf8")).toBe("other\n");
  const bad = await goOn("--on-conflict", "shrug", "args");
  expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining("--on-conflict shrug") });
});

test("a repository that is not there is told in words of the task", async () => {
  const repo = await makeRepo(it.rig, { name: "moved" });
  const made = await it.rig.claudineWith({ cwd: repo.dir, input: "say one" }, "agent", "--worktree", "-");
  const { id } = await it.rig.ended(Number(made.stdout));
  await rename(repo.dir, `${repo.dir}.away`);
  const refused = await it.rig.claudine("continue", String(id), "args");
  expect(refused.stderr).toContain(`Cannot continue task ${id}: its worktree cannot be made out: `);
  await rename(`${repo.dir}.away`, repo.dir);
  expect(await it.rig.claudine("continue", String(id), "args")).toMatchObject({ code: 0 });
  await it.rig.ended(id);
});

test("the tool continue of the MCP server", async () => {
  const id = await it.agent("say one");
  await it.rig.ended(id);
  const mcp = await startMcp(it.rig);
  expect((await mcp.call("continue", { id, feedback: "say two" })).facts).toMatchObject({ tasks: [{ id }] });
  await it.rig.ended(id);
  expect((await mcp.call("result", { id })).texts).toContain("two");
});
