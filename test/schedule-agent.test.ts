/** Schedules of prompts: each time that one is due a coding agent is handed it. */
import { writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { createAgentRig, installAgent, type AgentRig } from "./support/agents.ts";
import { startMcp } from "./support/mcp.ts";
import { GIT_ENV, makeRepo } from "./support/repo.ts";
import { firingLike, scheduleOf } from "./support/schedules.ts";

const templates = (words: string) => `agents:\n  reviewer: {agent: claude, prompt: "say ${words} {{ branch }}"}\n`;
const CONFIG = `slots: 8\nagent: {budget: 4}\n`;

let it: AgentRig & AsyncDisposable;
beforeAll(async () => {
  it = await createAgentRig({ config: `${CONFIG}${templates("Reviewed")}`, env: GIT_ENV });
  await installAgent(it.rig.file("../bin"), "codex");
  return () => it[Symbol.asyncDispose]();
});

const answerOf = async (id: number) => (await it.result(id)).agent.result;
const add = (name: string, ...words: string[]) => it.rig.claudine("schedule", "add", name, ...words);

/** `schedule run`, to its end. @returns the task's id */
async function fire(name: string): Promise<number> {
  const { stdout, stderr } = await it.rig.claudine("schedule", "run", name);
  if (!/^\d+\n$/.test(stdout)) throw new Error(`it was not run: ${stderr}`);
  return (await it.rig.ended(Number(stdout))).id;
}

test("each time it is due makes a task with the prompt, which is in no event and in no list", async () => {
  const prompt = "say one\nargs s3cret";
  const when = ["--every", "1s", "--max-runs", "2", "--overlap", "all", "--missed", "catchup"];
  const who = ["--agent", "claude:opus", "--fallback", "claude:haiku", "--label", "round"];
  const added = await it.rig.claudineWith({ input: prompt }, "schedule", "add", "twice", ...when, ...who, "-");
  expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining("Added schedule twice") });
  const second = await firingLike(it.rig, "twice", { number: 2, state: "succeeded" });
  const first = await firingLike(it.rig, "twice", { number: 1, state: "succeeded" });
  for (const { task } of [first, second]) {
    const shown = await it.rig.show(task ?? 0);
    expect(shown).toMatchObject({ command: "claude: say one", label: "round", schedule: { name: "twice" } });
    expect(shown.limits).toMatchObject({ timeoutMs: 1_800_000 });
    expect(await answerOf(task ?? 0)).toContain("--model=opus");
  }
  expect((await scheduleOf(it.rig, "twice")).agent).toEqual({
    agent: "claude",
    model: "opus",
    fallback: [{ agent: "claude", model: "haiku" }],
    promptBytes: prompt.length,
    template: null,
    permissionMode: null,
    budgetUsd: 4,
    maxTurns: null,
  });
  expect((await it.rig.claudine("schedule", "show", "twice")).stdout).toMatch(/^Agent +claude:opus\nPrompt +19B$/m);
  expect((await it.rig.claudine("schedule", "show", "twice", "--prompt")).stdout).toBe(`${prompt}\n`);
  await it.rig.claudine("schedule", "remove", "twice");
  expect((await it.rig.claudine("show", String(first.task), "--prompt")).stdout).toBe(`${prompt}\n`);
  const client = await it.rig.client();
  for (const told of [await client.call("schedule.list", {}), await client.call("event.list", { limit: 10_000 })])
    expect(JSON.stringify(told)).not.toContain("s3cret");
  client.close();
});

test("edits of different things at once all hold, also those of the same prompt and environment", async () => {
  await add("busy", "--cron", "0 0 1 1 *", "--agent", "claude", "say first");
  const client = await it.rig.client();
  const agent = (change: object) => ({ task: { agent: change } });
  const edits = [
    agent({ prompt: "args" }),
    agent({ model: "opus" }),
    agent({ maxTurns: 7 }),
    { task: { env: { ONE: "1" } } },
    { task: { env: { TWO: "2" } } },
    { task: { label: "edited" } },
  ];
  await Promise.all(
    edits.map((changes) => client.call("schedule.edit", { name: "busy", changes, cwd: it.rig.file("") })),
  );
  const { schedule, environment } = await client.call("schedule.get", { name: "busy" });
  client.close();
  expect(schedule).toMatchObject({
    label: "edited",
    agent: { model: "opus", maxTurns: 7, promptBytes: "args".length },
  });
  expect(environment.names).toEqual(expect.arrayContaining(["ONE", "TWO"]));
  expect(await answerOf(await fire("busy"))).toContain("--model=opus");
});

test("a template's variables are filled in when it is added; edit changes what is named", async () => {
  await add("review", "--cron", "@yearly", "-t", "reviewer", "--var", "branch=main");
  expect(await answerOf(await fire("review"))).toBe("Reviewed main");
  expect((await scheduleOf(it.rig, "review")).agent).toMatchObject({ template: "reviewer", budgetUsd: 4 });
  const edit = (...words: string[]) => it.rig.claudine("schedule", "edit", "review", ...words);
  expect(await edit("--model", "haiku", "--label", "x")).toMatchObject({ code: 0 });
  expect((await scheduleOf(it.rig, "review")).agent).toMatchObject({ template: "reviewer", model: "haiku" });
  await edit("args", "now");
  const { agent } = await scheduleOf(it.rig, "review");
  expect(agent).toMatchObject({ template: null, model: "haiku", promptBytes: 8, budgetUsd: 4 });
  expect(await answerOf(await fire("review"))).toContain("--model=haiku");
  expect((await edit("--agent", "codex")).stderr).toContain("Cannot edit schedule review: Codex has nothing for");
  expect((await edit("--stdin")).stderr).toContain("that of an agent is its prompt");
  await it.rig.claudine("schedule", "add", "plain", "--cron", "@yearly", "true");
  expect(await it.rig.claudine("schedule", "edit", "plain", "--agent", "claude", "say changed")).toMatchObject({
    code: 0,
  });
  expect(await answerOf(await fire("plain"))).toBe("changed");
});

test("a task budget is that of each of its tasks; show says it, edit changes it, a command has none", async () => {
  const when = ["--cron", "@yearly", "--overlap", "all"];
  await add("spender", ...when, "--agent", "claude", "--task-budget", "0.20", "--task-tokens", "10K", "say one");
  expect((await scheduleOf(it.rig, "spender")).budget).toEqual({ usd: 0.2, tokens: 10_000 });
  const shown = (await it.rig.claudine("schedule", "show", "spender")).stdout;
  expect(shown).toMatch(/^Budget +0\.20 dollars, 10K tokens for all runs of a task$/m);
  const [one, two] = [await fire("spender"), await fire("spender")];
  expect(await it.rig.show(two)).toMatchObject({ budget: { usd: 0.2, tokens: 10_000 }, spent: { usd: 0.25 } });
  await it.rig.claudine("continue", String(one), "say two");
  expect((await it.rig.claudine("explain", String(one))).stdout).toContain(
    `budget of task ${one}: 0.25 of 0.20 dollars spent`,
  );
  const edit = (...words: string[]) => it.rig.claudine("schedule", "edit", "spender", ...words);
  const budget = async () => (await scheduleOf(it.rig, "spender")).budget;
  expect(await edit("--task-budget", "3")).toMatchObject({ code: 0 });
  expect(await budget()).toEqual({ usd: 3, tokens: 10_000 });
  expect((await it.rig.show(one)).budget).toEqual({ usd: 0.2, tokens: 10_000 });
  await edit("--task-tokens", "none");
  expect(await budget()).toEqual({ usd: 3 });
  await edit("--label", "x", "say", "three");
  expect(await budget()).toEqual({ usd: 3 });
  await edit("--task-budget", "none");
  expect(await budget()).toBeNull();
  await edit("--task-tokens", "5M");
  await it.rig.claudine("cancel", String(one));
  const toCommand = { name: "spender", changes: { task: { command: "true" } } };
  const client = await it.rig.client();
  expect(await client.call("schedule.edit", toCommand)).toMatchObject({ agent: null, budget: null });
  client.close();
  const refused = await edit("--task-budget", "5");
  expect(refused.stderr).toContain("Cannot edit schedule spender: it runs a command, which has no budget");
});

test("a file declares them with prompt, and a template that says something else is a change", async () => {
  const declare = () => it.rig.claudine("schedule", "--from-yaml", "s.yaml");
  await writeFile(it.rig.file("prompt.md"), "say from a file");
  await writeFile(
    it.rig.file("s.yaml"),
    `schedules:
  words: {cron: "@yearly", agent: claude, prompt: "say from words", budget: 1.5, task-budget: 4, task-tokens: 5M}
  file: {cron: "@yearly", agent: claude, file: prompt.md}
  filled: {cron: "@yearly", template: reviewer, var: {branch: topic}}
  tree: {cron: "@yearly", agent: claude, worktree: true, messages: false, prompt: "say x"}
`,
  );
  expect(await declare()).toMatchObject({ stdout: "added words\nadded file\nadded filled\nadded tree\n", stderr: "" });
  const words = await fire("words");
  expect(await answerOf(words)).toBe("from words");
  expect((await it.rig.show(words)).budget).toEqual({ usd: 4, tokens: 5_000_000 });
  expect(await answerOf(await fire("file"))).toBe("from a file");
  expect(await declare()).toMatchObject({
    stdout: "unchanged words\nunchanged file\nunchanged filled\nunchanged tree\n",
  });
  await it.rig.down();
  await writeFile(it.rig.home.configFile, `${CONFIG}${templates("Looked at")}`);
  await it.rig.up();
  expect(await answerOf(await fire("filled"))).toBe("Reviewed topic");
  expect(await declare()).toMatchObject({
    stdout: "changed filled\nunchanged words\nunchanged file\nunchanged tree\n",
  });
  expect(await answerOf(await fire("filled"))).toBe("Looked at topic");
});

test("each task has a worktree of its own, and goes on there when more is said to it", async () => {
  const repo = await makeRepo(it.rig, { name: "scheduled" });
  const words = ["--cron", "@yearly", "--cwd", repo.dir, "--worktree", "--agent", "claude", "say done"];
  expect(await add("grove", ...words)).toMatchObject({ code: 0 });
  const [one, two] = [await fire("grove"), await fire("grove")];
  const branches = await Promise.all([one, two].map(async (id) => (await it.rig.show(id)).worktree?.checkout?.branch));
  expect(branches).toEqual([`claudine/${one}`, `claudine/${two}`]);
  await it.rig.claudine("continue", String(two), "say more");
  expect(await it.rig.ended(two)).toMatchObject({ attempt: 2, schedule: { name: "grove" } });
});

test.for([
  ["no prompt", ["--agent", "claude"], "there is no prompt"],
  ["an empty one", ["--agent", "claude", " "], "the prompt is empty"],
  ["an agent nobody knows", ["--agent", "nobody", "x"], "Cannot use the agent nobody"],
  ["what only prompts have", ["--budget", "2", "true"], "--budget is for prompts"],
  ["an input of its own", ["--agent", "claude", "--stdin", "x"], "--stdin is for commands"],
  ["a prompt and a file", ["--agent", "claude", "--file", "x", "x"], "there are a prompt and --file"],
  ["a template nobody has", ["--template", "none"], "there is no template none"],
  ["a place without a value", ["--template", "reviewer"], "branch"],
  [
    "what its agent cannot do",
    ["--agent", "codex", "--max-turns", "3", "x"],
    "Cannot add schedule bad: Codex has nothing for",
  ],
  ["no budget", ["--agent", "claude", "--budget", "free", "x"], "--budget free is no amount"],
  ["a command with a task budget", ["--task-budget", "2", "true"], "--task-budget is for prompts"],
  ["a command with tokens", ["--task-tokens", "2M", "true"], "--task-tokens is for prompts"],
  [
    "no task budget",
    ["--agent", "claude", "--task-budget", "0", "x"],
    'Cannot add schedule bad: --task-budget "0" is no amount that fits',
  ],
  ["half a token", ["--agent", "claude", "--task-tokens", "1.5", "x"], '--task-tokens "1.5" is no number of tokens'],
  ["a budget taken away", ["--agent", "claude", "--task-budget", "none", "x"], '--task-budget "none" is no amount'],
] as const)("bad input: %s", async ([, words, why]) => {
  const { code, stderr } = await add("bad", "--cron", "@yearly", ...words);
  expect(code).not.toBe(0);
  expect(stderr).toContain(why);
  expect((await it.rig.claudine("schedule", "list", "-q")).stdout).not.toContain("bad\n");
});

test("to a client: a command or a prompt, and not both; the tool schedule of the MCP server", async () => {
  const client = await it.rig.client();
  const caller = { env: { ...it.rig.env } as Record<string, string>, cwd: it.rig.home.work, umask: 0o22 };
  const when = { kind: "cron", expression: "@yearly" } as const;
  const agent = { prompt: "say told" };
  for (const task of [{}, { command: "true", agent }, { agent, stdin: true }, { command: "true", budget: { usd: 1 } }])
    await expect(
      client.call("schedule.add", { ...caller, schedule: { name: "no", when, task } }),
    ).rejects.toMatchObject({ code: "invalid_params" });
  await expect(client.call("schedule.texts", { name: "none" })).rejects.toThrow("there is no schedule none");
  await add("command", "--cron", "@yearly", "true");
  await expect(client.call("schedule.texts", { name: "command" })).rejects.toThrow("it runs a command");
  client.close();
  const mcp = await startMcp(it.rig);
  const budget = { usd: 20, tokens: 5000 };
  const made = await mcp.call("schedule", { schedule: { name: "told", when, task: { agent, budget } } });
  expect(made.facts).toMatchObject({ name: "told", agent: { agent: "claude" }, budget });
  expect(await answerOf(await fire("told"))).toBe("told");
});

test("a prompt outlives kill -9, and what is due after it has it", async () => {
  await add("kept", "--cron", "@yearly", "--agent", "claude", "say kept");
  await it.rig.down("SIGKILL");
  await it.rig.up();
  expect(await answerOf(await fire("kept"))).toBe("kept");
  const checked = await it.rig.claudine("doctor");
  expect(checked.stdout + checked.stderr).not.toMatch(/prompt/i);
});
