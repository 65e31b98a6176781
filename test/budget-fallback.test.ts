/** Agents that stand in for others, under a budget: their runs count, wait and are held as those of the first one. */
import { writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { createAgentRig, installAgent, type AgentRig } from "./support/agents.ts";
import { until } from "./support/until.ts";

const MESSAGE = 120;

async function rigWith(budgets: string): Promise<AgentRig> {
  const own = await createAgentRig({ config: `slots: 4\nagent: {budgets: ${budgets}}\n` });
  onTestFinished(() => own[Symbol.asyncDispose]());
  await installAgent(own.rig.file("../bin"), "codex");
  return own;
}

const waits = ({ rig }: AgentRig, id: number) =>
  until("the task to wait for a budget", async () => {
    const { state, reason } = await rig.show(id);
    return state === "queued" && reason?.startsWith("budget of") === true ? reason : undefined;
  });
const setNight = async ({ rig }: AgentRig, ...args: string[]) =>
  expect(await rig.claudine("group", "set", "night", ...args)).toMatchObject({ code: 0 });
const retried = async ({ rig }: AgentRig) => {
  const client = await rig.client();
  const { events } = await client.call("event.list", { limit: 10_000 });
  return events.filter(({ type }) => type === "task.retried");
};

test.for(["finish", "hold", "end"])(
  "what an overloaded one has spent counts, and the next one waits for the budget (%s)",
  async (atLimit) => {
    const own = await rigWith(`{atLimit: ${atLimit}}`);
    await setNight(own, "--budget", "0.20");
    const id = await own.agent("say begun\noverloaded", "--fallback", "codex", "-g", "night");
    expect(await waits(own, id)).toBe("budget of group night: 0.25 of 0.20 dollars spent");
    await own.rig.down("SIGKILL");
    await own.rig.up();
    expect(await waits(own, id)).toBe("budget of group night: 0.25 of 0.20 dollars spent");
    expect(await own.rig.show(id)).toMatchObject({ attempt: 1, spent: { usd: 0.25, tokens: MESSAGE } });
    await setNight(own, "--budget", "1");
    expect(await own.rig.ended(id)).toMatchObject({
      state: "succeeded",
      attempt: 2,
      agent: { agent: "codex" },
      spent: { usd: 0.25, tokens: MESSAGE + 25 },
    });
  },
);

test("one that is held at its next turn goes on itself, in its own session, not the one before it", async () => {
  const own = await rigWith("{atLimit: hold}");
  const { rig } = own;
  await setNight(own, "--budget-tokens", String(MESSAGE));
  const [once, go, first, hang] = ["once", "go", "first", "hang"].map((name) => rig.file(name));
  const prompt = `overloadedonce ${once}\nargs\nwait ${go}\ntool Bash ls\nonce ${first}\nwait ${hang}`;
  const id = await own.agent(prompt, "--agent", "claude:haiku", "--fallback", "claude:opus", "-g", "night");
  await until("the budget to be reached", async () =>
    (await rig.claudine("events")).stdout.includes("budget of group night used up"),
  );
  await writeFile(go ?? "", "");
  expect(await waits(own, id)).toBe(`budget of group night: ${2 * MESSAGE} of ${MESSAGE} tokens spent`);
  await writeFile(first ?? "", "");
  await setNight(own, "--budget-tokens", "1M");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 3 });
  expect((await own.result(id)).agent.result).toMatch(/--model=opus.*--resume=/);
  expect(await retried(own)).toMatchObject([
    { after: "capacity", agentAt: 1 },
    { after: "budget", goesOn: { session: expect.any(String), note: null } },
  ]);
});

test("a task that its provider and a budget keep from starting waits for both", async () => {
  const own = await rigWith("{}");
  await setNight(own, "--budget", "0.20");
  const resets = Math.floor(Date.now() / 1000) + 3600;
  const id = await own.agent(`limit ${resets}`, "-g", "night", "--fallback", "none");
  const limit = /^usage limit of claude/;
  await until("the task to wait for its provider", async () => limit.test((await own.rig.show(id)).reason ?? ""));
  const { stdout } = await own.rig.claudine("explain", String(id));
  expect(stdout).toMatch(/^usage limit of claude, .*\nbudget of group night: 0\.25 of 0\.20 dollars spent\n$/);
  expect(await own.rig.claudine("agents", "--forget-limit", "claude")).toMatchObject({ code: 0 });
  expect(await waits(own, id)).toBe("budget of group night: 0.25 of 0.20 dollars spent");
});
