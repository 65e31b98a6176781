/** `claudine agent`: prompts that become tasks, and how they start. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createAgentRig, installAgent, type AgentRig } from "./support/agents.ts";
import { until } from "./support/until.ts";

const CONFIG = `
slots: 8
agents:
  reviewer: { prompt: "say Review {{ branch }}", maxTurns: 7 }
agent:
  timeout: 20m
`;

let it: AgentRig & AsyncDisposable;
beforeAll(async () => {
  it = await createAgentRig({ config: CONFIG });
  return () => it[Symbol.asyncDispose]();
});

const prompts = () => readdir(join(it.rig.home.stateDir, "prompts")).catch(() => []);

test("search finds what a prompt says after its first line, also in ten megabytes", async () => {
  const ids = [
    await it.agent("say one\nthe quokka\nand again a quokka", "--held"),
    await it.agent(`say two\n${"x".repeat(9_999_000)}\nquokkas`, "--held"),
  ];
  const search = async (...words: string[]) => {
    const { stdout } = await it.rig.claudine("search", "--json", "quokka", ...words);
    const { matches } = JSON.parse(stdout) as { matches: { id: number; field: string; line: number; text: string }[] };
    return matches.map(({ id, field, line, text }) => [id, field, line, text]);
  };
  expect(await search()).toEqual([
    [ids[1], "prompt", 3, "quokkas"],
    [ids[0], "prompt", 2, "the quokka"],
  ]);
  expect(await search("--in", "command", "--in", "output")).toEqual([]);
});

test("a prompt runs, and its answer is the result", async () => {
  const id = await it.agent("tool Bash ls -l\nsay All done");
  const task = await it.rig.ended(id);
  expect(task).toMatchObject({
    state: "succeeded",
    command: "claude: tool Bash ls -l",
    stdin: false,
    limits: { timeoutMs: 1_200_000 },
    agent: {
      agent: "claude",
      model: "stand-in",
      version: "2.9.9",
      sessionId: "3f0e8d52-6e1c-4f6b-9d7a-0b1c2d3e4f50",
      headline: "All done",
      turns: 2,
      toolCalls: 1,
      costUsd: 0.25,
      ok: true,
      error: null,
      attention: null,
      promptBytes: 28,
    },
  });
  expect(await it.rig.claudine("result", String(id))).toMatchObject({ code: 0, stdout: "All done\n", stderr: "" });
  const { runs } = JSON.parse((await it.rig.claudine("show", String(id), "--json")).stdout) as { runs: object[] };
  expect(runs).toMatchObject([{ attempt: 1, agent: { result: "All done", sessionId: expect.any(String) } }]);
});

test("ten megabytes are a prompt, and reach the tool whole; they are in no list and no event", async () => {
  const words = `${"x".repeat(99)}\n`.repeat((10 * 2 ** 20) / 100 - 1);
  const id = await it.agent(`say read\n${words.replaceAll("\n", " ")}`);
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded" });
  const { agent } = await it.result(id);
  expect(agent.result).toMatch(/^prompt of 1048\d{4} bytes$/);
  const client = await it.rig.client();
  for (const answer of [await client.call("task.list", {}), await client.call("event.list", { limit: 1000 })])
    expect(JSON.stringify(answer).length).toBeLessThan(1_000_000);
  await until("the prompt's file to go", async () => (await prompts()).length === 0);
});

test("one that is longer is refused in one line", async () => {
  const { code, stderr } = await it.rig.claudineWith({ input: "x".repeat(10 * 2 ** 20 + 1) }, "agent", "-");
  expect({ code, stderr }).toEqual({
    code: 65,
    stderr:
      "claudine: Cannot submit: the prompt has 10485761 bytes, and 10485760 are allowed\n" +
      "  hint: Put it into a file, and name the file in the prompt\n",
  });
});

test("the tool is started without what tells that one agent started it, and with the options that were asked for", async () => {
  const variables = "variable CLAUDECODE\nvariable CLAUDE_CODE_ENTRYPOINT\nvariable KEPT";
  const nested = { CLAUDECODE: "1", CLAUDE_CODE_ENTRYPOINT: "cli", KEPT: "yes" };
  const { stdout } = await it.rig.claudineWith({ input: variables, env: nested }, "agent", "-");
  await it.rig.ended(Number(stdout));
  const written = await it.rig.output(Number(stdout));
  for (const said of ["CLAUDECODE=(none)", "CLAUDE_CODE_ENTRYPOINT=(none)", "KEPT=yes"])
    expect(written).toContain(said);
  const id = await it.agent(
    "args",
    "--model",
    "opus",
    "--max-turns",
    "5",
    "--budget",
    "2.50",
    "--permission-mode",
    "plan",
  );
  await it.rig.ended(id);
  const args = JSON.parse((await it.result(id)).agent.result ?? "[]") as string[];
  expect(args).toEqual(expect.arrayContaining(["--model=opus", "--permission-mode=plan", "--max-budget-usd=2.5"]));
  expect(args.join(" ")).not.toContain("skip-permissions");
});

test("a template is filled; without a value, or with one too many, nothing is submitted", async () => {
  const ran = await it.rig.claudine("agent", "-t", "reviewer", "--var", "branch=main");
  expect(await it.rig.ended(Number(ran.stdout))).toMatchObject({ agent: { template: "reviewer", maxTurns: 7 } });
  expect((await it.result(Number(ran.stdout))).agent.result).toBe("Review main");
  for (const [args, words] of [
    [["-t", "reviewer"], "Cannot make the prompt: the template reviewer needs branch"],
    [["-t", "reviewer", "--var", "branch=a", "--var", "x=b"], "the template reviewer has no {{ x }}"],
    [["-t", "reviewer", "--var", "branch=a", "--var", "__proto__=b"], "the template reviewer has no {{ __proto__ }}"],
    [["-t", "critic", "--var", "x=b"], "Cannot submit: there is no template critic"],
    [["--var", "x=b", "hello"], "Cannot submit: variables go with a template"],
  ] as const) {
    const { code, stdout, stderr } = await it.rig.claudine("agent", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(words);
  }
});

test.for([
  [["--agent", "nobody", "hello"], "Cannot use the agent nobody: there is none of this name"],
  [["--budget", "cheap", "hello"], "Cannot submit: --budget cheap is no amount"],
  [["--file", "none.md"], "Cannot read none.md"],
  [["--file", "/dev/zero"], "Cannot read /dev/zero: it has more than 64M"],
  [["--file", "none.md", "hello"], "there are a prompt and --file"],
  [["  "], "Cannot submit: the prompt is empty"],
  [["--json-schema", "bad.json", "hello"], "the JSON schema is no JSON"],
  [["--fallback", "codex:", "hello"], '"codex:" names no agent'],
  [["--mcp-config", "none.json", "hello"], "none.json"],
] as const)("bad input: %s", async ([args, words]) => {
  await writeFile(it.rig.file("bad.json"), "{");
  const { code, stdout, stderr } = await it.rig.claudine("agent", ...args);
  expect(code).not.toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toContain(words);
});

test("without a prompt the editor opens; nothing written is nothing submitted", async () => {
  const script = it.rig.file("editor.sh");
  await writeFile(script, 'echo "say written" > "$1"\n');
  const { stdout } = await it.rig.claudineWith({ env: { EDITOR: `sh ${script}` } }, "agent");
  await it.rig.ended(Number(stdout));
  expect((await it.result(Number(stdout))).agent.result).toBe("written");
  const none = await it.rig.claudineWith({ env: { EDITOR: "true" } }, "agent");
  expect(none).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("the prompt is empty") });
});

test("without a prompt, an editor of one's own, and a terminal for another one, it is refused", async () => {
  const { code, stdout, stderr } = await it.rig.claudine("agent");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Cannot open an editor: there is no terminal");
});

test("what was written in the editor is kept when it fails, or is not taken; where nothing was, nothing stays", async () => {
  const [script, tmp] = [it.rig.file("editor-fails.sh"), it.rig.file("../editor-tmp")];
  await mkdir(tmp);
  await writeFile(script, 'echo "say written" > "$1"; exit $CODE\n');
  for (const [code, args, words] of [
    ["1", [], "ended with 1"],
    ["0", ["--agent", "nobody"], "Cannot use the agent nobody"],
  ] as const) {
    const env = { EDITOR: `sh ${script}`, CODE: code, TMPDIR: tmp };
    const { code: exit, stderr } = await it.rig.claudineWith({ env }, "agent", ...args);
    expect(exit).not.toBe(0);
    expect(stderr).toContain(words);
    const [, file = ""] = /Your prompt is in (\S+)/.exec(stderr) ?? [];
    expect(await readFile(file, "utf8")).toBe("say written\n");
    await rm(dirname(file), { recursive: true });
  }
  for (const EDITOR of ["true", "false"]) await it.rig.claudineWith({ env: { EDITOR, TMPDIR: tmp } }, "agent");
  expect(await readdir(tmp)).toEqual([]);
});

test("a tool that is not there, or is too old, fails its one task with the reason", async () => {
  const noTool = await it.rig.claudineWith({ env: { PATH: "/usr/bin:/bin" }, input: "say x" }, "agent", "-");
  expect(await it.rig.ended(Number(noTool.stdout))).toMatchObject({
    state: "failed",
    reason: expect.stringContaining("Claude Code is not installed: there is no program claude on the PATH"),
  });
  const bin = it.rig.file("../old");
  await installAgent(bin, "claude");
  const env = { PATH: `${bin}:${it.rig.env["PATH"] ?? ""}`, STAND_IN_VERSION: "1.0.2" };
  const old = await it.rig.claudineWith({ env, input: "say x" }, "agent", "-");
  expect(await it.rig.ended(Number(old.stdout))).toMatchObject({
    state: "failed",
    reason: expect.stringContaining("Claude Code 1.0.2 is too old: at least"),
  });
  expect(await it.rig.ended(await it.agent("say well"))).toMatchObject({ state: "succeeded" });
});

test("one that is cancelled while its tool is still asked for its version ends then, and never begins", async () => {
  const [bin, asked, go, begun] = ["../slow", "asked", "answer", "begun"].map((name) => it.rig.file(name));
  const script = `case "$1" in --version) touch '${asked}'; until [ -e '${go}' ]; do sleep 0.05; done;; *) touch '${begun}';; esac`;
  await mkdir(bin ?? "");
  await writeFile(join(bin ?? "", "claude"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:${it.rig.env["PATH"] ?? ""}` };
  const { stdout } = await it.rig.claudineWith({ env, input: "say x" }, "agent", "-");
  await until("the tool to be asked", () => Promise.resolve(existsSync(asked ?? "")));
  expect(await it.rig.claudine("cancel", stdout.trim())).toMatchObject({ code: 0 });
  expect(await it.rig.show(Number(stdout))).toMatchObject({ state: "cancelled", startedAt: null });
  await writeFile(go ?? "", "");
  // What comes after it starts after it.
  expect(await it.rig.ended(await it.agent("say next"))).toMatchObject({ state: "succeeded" });
  await until("the prompts to go", async () => (await prompts()).length === 0);
  expect(existsSync(begun ?? "")).toBe(false);
});

test("the prompt is shown as it was submitted", async () => {
  const id = String(await it.agent("say x\nsay \u001b[2Jy", "--held", "--system-prompt", "be brief"));
  const shown = await it.rig.claudine("show", id, "--prompt");
  expect(shown).toMatchObject({ code: 0, stdout: "say x\nsay \u001b[2Jy\n", stderr: "" });
  const { stdout } = await it.rig.claudine("show", id, "--prompt", "--json");
  expect(JSON.parse(stdout)).toEqual({ id: Number(id), prompt: "say x\nsay \u001b[2Jy", systemPrompt: "be brief" });
  await it.rig.claudine("remove", id);
  expect(await it.rig.claudine("show", id, "--prompt")).toMatchObject({ code: 66, stdout: "" });
  const plain = (await it.rig.claudine("submit", "--held", "true")).stdout.trim();
  const none = await it.rig.claudine("show", plain, "--prompt");
  expect(none.stderr).toContain(`Cannot show the prompt of task ${plain}: it is no agent's`);
});

test("a prompt that was taken is there after the daemon was killed", async () => {
  const prompt = `say kept\n${"say x ".repeat(200_000)}`;
  const id = await it.agent(prompt, "--held");
  await it.rig.down("SIGKILL");
  await it.rig.up();
  await it.rig.claudine("release", String(id));
  expect(await it.rig.ended(id)).toMatchObject({
    state: "succeeded",
    agent: { promptBytes: Buffer.byteLength(prompt) },
  });
  expect(await it.rig.output(id)).toContain('"text":"kept"');
});

test("the run survives the daemon, and its answer is there when it ends while none is alive", async () => {
  const go = it.rig.file("go");
  const id = await it.agent(`say begun\nwait ${go}\nsay survived`);
  await until("the agent to begin", async () => (await it.rig.show(id)).agent?.headline === "begun");
  const { pid } = await it.rig.started(id);
  await it.rig.down("SIGKILL");
  await writeFile(go, "");
  await until("the agent to end", async () => {
    const { isRunning } = await import("./support/process.ts");
    return !isRunning(pid);
  });
  await it.rig.up();
  expect(await it.rig.ended(id)).toMatchObject({
    state: "succeeded",
    agent: { headline: "survived", version: "2.9.9" },
  });
  expect((await it.result(id)).agent.result).toBe("survived");
  await until("the prompts to go", async () => (await prompts()).length === 0);
});
