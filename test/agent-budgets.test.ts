/** Budgets of agents: tasks wait when one is used up, and running ones finish, are held or are ended. */
import { writeFile } from "node:fs/promises";
import type { Result } from "@claudine/protocol/methods";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createAgentRig, installAgent, type AgentRig } from "./support/agents.ts";
import { until } from "./support/until.ts";

/** What the stand-in counts for each message: 160 in, of which 60 from a cache, and 20 out. */
const MESSAGE = 120;

type Own = AgentRig & AsyncDisposable;

async function rigWith(budgets: string): Promise<Own> {
  const own = await createAgentRig({ config: `slots: 4\nagent: {budgets: ${budgets}}\n` });
  onTestFinished(() => own[Symbol.asyncDispose]());
  return own;
}

let it: Own;
beforeEach(async () => {
  it = await createAgentRig({ config: "slots: 4\n" });
  return () => it[Symbol.asyncDispose]();
});

const waits = (id: number, { rig }: AgentRig = it) =>
  until("the task to wait for a budget", async () => {
    const { state, reason } = await rig.show(id);
    return state === "queued" && reason?.startsWith("budget of") === true ? reason : undefined;
  });
const events = async (type: string, { rig }: AgentRig = it) => {
  const client = await rig.client();
  const found = await client.call("event.list", { limit: 10_000 });
  client.close();
  return found.events.filter((event) => event.type === type);
};
const budgets = async ({ rig }: AgentRig = it): Promise<Result<"budget.list">> =>
  JSON.parse((await rig.claudine("budgets", "--json")).stdout) as Result<"budget.list">;
const ofGroup = async (name: string, own: AgentRig = it) =>
  (await budgets(own)).budgets.find(({ scope }) => scope.kind === "group" && scope.name === name);
const setGroup = async (own: AgentRig, ...args: string[]) =>
  expect(await own.rig.claudine("group", "set", ...args)).toMatchObject({ code: 0 });
const well = async (id: number, own: AgentRig = it) => expect((await own.rig.ended(id)).state).toBe("succeeded");

test("a group's budget: what comes waits and says why, all others go on, and it starts when the budget is raised", async () => {
  await setGroup(it, "night", "--budget", "0.40");
  for (const prompt of ["say one", "say two"]) await well(await it.agent(prompt, "-g", "night"));
  const id = await it.agent("say three", "-g", "night");
  const reason = "budget of group night: 0.50 of 0.40 dollars spent";
  expect(await waits(id)).toBe(reason);
  for (const verb of ["explain", "show"]) expect((await it.rig.claudine(verb, String(id))).stdout).toContain(reason);
  expect((await it.rig.claudine("list")).stdout).toContain(reason);
  const command = await it.rig.submit("-g", "night", "true");
  for (const other of [await it.agent("say hello"), command]) await well(other);
  expect(await ofGroup("night")).toMatchObject({
    limit: { usd: 0.4 },
    spent: { usd: 0.5, tokens: 2 * MESSAGE },
    reached: true,
    per: "total",
    endsAt: null,
  });
  expect((await it.rig.claudine("budgets")).stdout).toMatch(/group night +0\.50 of 0\.40 +240 .*used up/);
  expect((await it.rig.claudine("events")).stdout).toContain(
    "budget of group night used up: 0.50 dollars of 0.40 dollars",
  );
  await setGroup(it, "night", "--budget", "1");
  await well(id);
  expect(await events("budget.reached")).toHaveLength(1);
});

test("a task's own budget is over all of its runs; it can be raised, and a person can start it all the same", async () => {
  const id = await it.agent("say one", "--task-budget", "0.30", "--task-tokens", "10K");
  await well(id);
  expect(await it.rig.claudine("continue", String(id), "say two")).toMatchObject({ code: 0 });
  await well(id);
  expect(await it.rig.claudine("continue", String(id), "say three")).toMatchObject({ code: 0 });
  expect(await waits(id)).toBe(`budget of task ${id}: 0.50 of 0.30 dollars spent`);
  expect(await it.rig.show(id)).toMatchObject({ budget: { usd: 0.3, tokens: 10_000 }, spent: { usd: 0.5 } });
  expect(await it.rig.claudine("start", "--force", String(id))).toMatchObject({ code: 0 });
  await well(id);
  await it.rig.claudine("continue", String(id), "say four");
  await waits(id);
  expect(await it.rig.claudine("set", String(id), "--task-budget", "none")).toMatchObject({ code: 0 });
  await well(id);
  expect((await it.rig.show(id)).spent).toEqual({ usd: 1, tokens: 4 * MESSAGE });
});

test("runs finish unless it is configured otherwise, and it is told once, while they run", async () => {
  await setGroup(it, "night", "--budget-tokens", String(2 * MESSAGE));
  const go = it.rig.file("go");
  const id = await it.agent(`tool Bash ls\ntool Bash ls\nwait ${go}\nsay more`, "-g", "night");
  await until("the budget to be reached", async () => (await events("budget.reached")).length > 0 || undefined);
  const other = await it.agent("say hello", "-g", "night");
  expect(await waits(other)).toBe("budget of group night: 240 of 240 tokens spent");
  expect(await ofGroup("night")).toMatchObject({ spent: { tokens: 0 }, running: { tokens: 240 } });
  await writeFile(go, "");
  await well(id);
  expect(await waits(other)).toBe("budget of group night: 360 of 240 tokens spent");
  expect(await events("budget.reached")).toMatchObject([{ unit: "tokens", limit: 240, spent: 240 }]);
});

test("held: a run is ended at its next turn, and goes on in its session when the budget is raised", async () => {
  const own = await rigWith("{atLimit: hold}");
  await setGroup(own, "night", "--budget-tokens", String(2 * MESSAGE));
  const go = own.rig.file("go");
  const [first, hang] = [own.rig.file("first"), own.rig.file("hang")];
  const prompt = `args\ntool Bash ls\nwait ${go}\ntool Bash ls\nonce ${first}\nwait ${hang}`;
  const id = await own.agent(prompt, "-g", "night");
  await until("the budget to be reached", async () => (await events("budget.reached", own)).length > 0 || undefined);
  expect((await own.rig.show(id)).state).toBe("running");
  await own.rig.down("SIGKILL");
  await own.rig.up();
  await until("the run to be read", async () => (await own.rig.show(id)).agent?.spent?.tokens === 2 * MESSAGE);
  expect(await own.rig.show(id)).toMatchObject({ state: "running", stopping: false });
  await writeFile(go, "");
  expect(await waits(id, own)).toBe("budget of group night: 360 of 240 tokens spent");
  expect(await events("run.stopping", own)).toMatchObject([{ id, cause: "budget-hold", signal: "SIGTERM" }]);
  expect(await own.rig.show(id)).toMatchObject({ attempt: 1, state: "queued" });
  await own.rig.down("SIGKILL");
  await own.rig.up();
  await waits(id, own);
  await writeFile(first, "");
  await setGroup(own, "night", "--budget-tokens", "1M");
  await well(id, own);
  expect(await own.rig.show(id)).toMatchObject({ attempt: 2 });
  expect(await events("task.retried", own)).toMatchObject([
    { after: "budget", goesOn: { session: expect.any(String), note: null } },
  ]);
  const told = (await own.rig.claudine("show", String(id))).stdout;
  expect(told).toMatch(/ended by SIGTERM; budget: budget of group night: 360 of 240 tokens spent/);
});

test("ended: all runs of the day are, and have failed for the budget", async () => {
  const own = await rigWith(`{day: {tokens: ${3 * MESSAGE}}, atLimit: end}`);
  const hang = own.rig.file("hang");
  const command = await own.rig.submit("sleep 1000");
  const ids = [await own.agent(`tool Bash ls\nwait ${hang}`), await own.agent(`tool Bash ls\nsay x\nwait ${hang}`)];
  const reason = "budget of the day: 360 of 360 tokens spent";
  for (const id of ids) {
    const { state, agent, reason: why } = await own.rig.ended(id);
    expect({ state, error: agent?.error }).toEqual({ state: "failed", error: { class: "budget", message: reason } });
    expect(why).toContain(reason);
  }
  expect((await own.rig.show(command)).state).toBe("running");
  const next = await own.agent("say hello");
  expect(await waits(next, own)).toMatch(/^budget of the day: 360 of 360 tokens spent, new day 00:00 \(in /);
  const [day] = (await budgets(own)).budgets;
  expect(day).toMatchObject({ scope: { kind: "day" }, per: "day", reached: true });
  const midnight = new Date();
  midnight.setHours(24, 0, 0, 0);
  expect(day?.endsAt).toBe(midnight.getTime());
});

test("what was spent outlives the daemon and the tasks", async () => {
  const own = await rigWith("{day: {usd: 0.5}}");
  for (const prompt of ["say one", "say two"]) await well(await own.agent(prompt), own);
  await own.rig.down("SIGKILL");
  await own.rig.up();
  for (const verb of [["clean"], ["remove", "1", "2"]]) await own.rig.claudine(...verb);
  expect((await own.rig.claudine("list", "--all", "--quiet")).stdout).toBe("");
  const id = await own.agent("say three");
  expect(await waits(id, own)).toMatch(/^budget of the day: 0\.50 of 0\.50 dollars spent/);
  expect((await budgets(own)).budgets).toMatchObject([
    { spent: { usd: 0.5, tokens: 2 * MESSAGE } },
    { scope: { kind: "group", name: "default" }, limit: null, spent: { usd: 0.5 } },
  ]);
});

test("a session of Codex that goes on is not counted twice; it cannot keep to what is left, and runs all the same", async () => {
  const own = await rigWith("{atLimit: hold}");
  await installAgent(own.rig.file("../bin"), "codex");
  await setGroup(own, "night", "--budget", "5");
  const id = await own.agent("hello", "--agent", "codex", "-g", "night");
  await well(id, own);
  expect((await ofGroup("night", own))?.spent).toEqual({ usd: 0, tokens: 25 });
  expect(await own.rig.claudine("continue", String(id), "and again")).toMatchObject({ code: 0 });
  await well(id, own);
  expect((await ofGroup("night", own))?.spent).toEqual({ usd: 0, tokens: 50 });
  expect((await own.result(id)).agent).toMatchObject({ tokens: { input: 60 }, spent: { tokens: 25 } });
});

test("a tool that keeps to a budget itself gets what is left, and has met the budget when it is used up", async () => {
  const own = await rigWith("{atLimit: hold}");
  await setGroup(own, "night", "--budget", "0.60");
  await well(await own.agent("say one", "-g", "night"), own);
  const id = await own.agent("args", "--budget", "5", "-g", "night");
  await well(id, own);
  expect((await own.result(id)).agent.result).toContain('"--max-budget-usd=0.35"');
  const last = await own.agent(`tool Bash ls\noverbudget ${own.rig.file("once")}\nargs`, "-g", "night");
  expect(await waits(last, own)).toMatch(/^budget of group night: 0\.\d\d of 0\.60 dollars spent$/);
  await setGroup(own, "night", "--budget", "none");
  await well(last, own);
  expect((await own.result(last)).agent.result).toContain("--resume=");
});

test.for(["before", "after"])(
  "a daemon that dies %s a reached budget is stored: the next one knows it",
  async (when) => {
    const own = await createAgentRig({ daemon: false, config: "slots: 4\nagent: {budgets: {day: {usd: 0.2}}}\n" });
    onTestFinished(() => own[Symbol.asyncDispose]());
    await own.rig.up({ CLAUDINE_CRASH_AT: `${when}-commit-budget.reached` });
    const id = await own.agent("say one");
    await own.rig.daemon?.ended;
    await own.rig.up();
    await well(id, own);
    expect(await waits(await own.agent("say two"), own)).toMatch(/^budget of the day: 0\.25 of 0\.20 dollars spent/);
    expect((await budgets(own)).budgets[0]?.spent).toEqual({ usd: 0.25, tokens: MESSAGE });
    expect(await events("budget.reached", own)).toHaveLength(1);
  },
);

test.for([
  [["agent", "--task-budget", "0", "hello"], '--task-budget "0" is no amount that fits'],
  [["agent", "--task-budget", "-5", "hello"], "--task-budget"],
  [["agent", "--task-budget", "lots", "hello"], '--task-budget "lots" is no amount that fits'],
  [["agent", "--task-tokens", "1.5", "hello"], "--task-tokens"],
  [["agent", "--task-tokens", "9999G", "hello"], '--task-tokens "9999G" is no number of tokens that fits'],
  [["group", "set", "night"], "Cannot set group night: say what"],
  [["group", "set", "night", "--budget-per", "day"], "Cannot set group night: it has no budget"],
  [["group", "set", "night", "--budget-per", "week"], "week"],
  [["group", "set", "night", "--budget", "9999999"], '"9999999" is no amount that fits'],
  [["group", "set", "../x", "--budget", "1"], "name"],
  [["submit", "--task-budget", "5", "true"], "--task-budget"],
] as const)("%s is refused", async ([args, words]) => {
  const { code, stderr } = await it.rig.claudine(...args);
  expect(code).not.toBe(0);
  expect(stderr).toContain(words);
});
