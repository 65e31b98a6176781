/** Usage limits of agents: tasks wait, say until when, and go on in their sessions. */
import { writeFile } from "node:fs/promises";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createAgentRig, installAgent, type AgentRig } from "./support/agents.ts";
import { until } from "./support/until.ts";

let it: AgentRig & AsyncDisposable;
beforeEach(async () => {
  it = await createAgentRig({ config: "slots: 4\n" });
  await installAgent(it.rig.file("../bin"), "codex");
  return () => it[Symbol.asyncDispose]();
});

const HOUR_S = 3600;
const nowS = () => Math.floor(Date.now() / 1000);
const waits = (id: number, { rig }: AgentRig = it) =>
  until("the task to wait for a limit", async () => {
    const { state, reason, attempt } = await rig.show(id);
    return state === "queued" && attempt > 0 ? (reason ?? undefined) : undefined;
  });
const eventsOf = async (id: number, type: string) => {
  const client = await it.rig.client();
  const { events } = await client.call("event.list", { limit: 10_000 });
  client.close();
  return events.filter((event) => event.type === type && "id" in event && event.id === id);
};
const limits = async ({ rig }: AgentRig = it) => {
  const { stdout } = await rig.claudine("agents", "--json");
  const all = JSON.parse(stdout) as { name: string; limit: { resetsAt: number; told: boolean } | null }[];
  return all.find(({ name }) => name === "claude")?.limit;
};

test("a used up quota: the task waits and says until when, others too, other agents and commands go on", async () => {
  const resetsAt = (nowS() + 2 * HOUR_S) * 1000;
  const id = await it.agent(`limit ${resetsAt / 1000}`);
  const told =
    /^usage limit of claude, resets (\d{4}-\d\d-\d\d )?\d\d:\d\d \(in 1h59m|^usage limit of claude, resets .*\(in 2h00m/;
  expect(await waits(id)).toMatch(told);
  expect((await it.rig.claudine("explain", String(id))).stdout).toContain("usage limit of claude, resets");
  expect((await it.rig.claudine("list")).stdout).toContain("usage limit of claude, resets");
  expect((await it.rig.claudine("result", String(id))).stderr).toMatch(/^Run 1 of task \d+ failed: /);
  expect((await it.rig.claudine("show", String(id))).stdout).toMatch(/^ +1 +failed .*exit code 1; usage-limit: /m);
  const other = await it.agent("say hello");
  const codex = await it.agent("hello", "--agent", "codex");
  const command = await it.rig.submit("true");
  for (const one of [codex, command]) expect((await it.rig.ended(one)).state).toBe("succeeded");
  expect(await it.rig.show(other)).toMatchObject({ state: "queued", attempt: 0, reason: expect.stringMatching(told) });
  expect(await limits()).toMatchObject({ resetsAt, told: true, class: "usage-limit" });
  expect((await it.rig.claudine("agents")).stdout).toMatch(/claude .*usage limit, resets \d{4}-\d\d-\d\d \d\d:\d\d/);
});

test("when the limit resets one tries, goes on in its session, and the rest follows", async () => {
  const [go, done] = [it.rig.file("go"), it.rig.file("done")];
  const prompt = (name: string) => `tool Bash ls\nwait ${go}\nlimitonce ${done}-${name}\nargs`;
  const ids = [await it.agent(prompt("a")), await it.agent(prompt("b"))];
  for (const id of ids) await it.rig.inState(id, "running");
  await writeFile(go, "");
  for (const id of ids)
    await until("it to be met", async () => (await eventsOf(id, "run.finished")).length > 0 || undefined);
  const fresh = await it.agent("say fresh");
  for (const id of [...ids, fresh]) expect((await it.rig.ended(id)).state).toBe("succeeded");
  for (const id of ids) {
    expect(await eventsOf(id, "task.retried")).toMatchObject([
      { after: "limit", goesOn: { session: expect.any(String) } },
    ]);
    expect((await it.result(id)).agent.result).toContain("--resume=3f0e8d52-");
  }
  const admitted = await Promise.all([...ids, fresh].map((id) => eventsOf(id, "run.admitted")));
  expect(admitted.flat().filter((event) => "probe" in event)).toHaveLength(1);
  expect(await limits()).toBeNull();
});

test("a time of day is one where the tool runs, wherever the daemon is", async () => {
  const zone = "Asia/Kathmandu";
  const at = Math.ceil(Date.now() / 60_000 + 120) * 60_000;
  const told = new Date(at).toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  const place = { env: { TZ: zone }, input: `limitsays You have reached your usage limit, resets ${told}` };
  const { stdout } = await it.rig.claudineWith(place, "agent", "-");
  await waits(Number(stdout));
  expect(await limits()).toMatchObject({ resetsAt: at, told: true });
});

test("what was said is told in full when the limit was met before the first word", async () => {
  const id = await it.agent("say one");
  await it.rig.ended(id);
  const said = `limitonce ${it.rig.file("said")}\nrepeat\n${"x".repeat(50_000)}`;
  await it.rig.claudineWith({ input: said }, "continue", String(id), "-");
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 3 });
  expect((await it.result(id)).agent.result).toBe(said);
});

test("a session that stays open for messages at its limit is ended, waits, and goes on", async () => {
  const own = await createAgentRig({ config: "sampleInterval: 100ms\nagent: { endLingeringAfter: 1s }\n" });
  onTestFinished(() => own[Symbol.asyncDispose]());
  const id = await own.agent(`say hello\nlimitstays ${own.rig.file("met")}\nargs`, "--messages");
  await until("the second run to answer", async () => {
    const { attempt, agent } = await own.rig.show(id);
    return attempt === 2 && agent?.headline?.includes("--resume=");
  });
  await own.rig.claudine("send", String(id), "--eof");
  expect(await own.rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2 });
});

test("a limit is known to the next daemon, whatever becomes of this one", async () => {
  const id = await it.agent(`limit ${nowS() + HOUR_S}`);
  await waits(id);
  await it.rig.down("SIGKILL");
  await it.rig.up();
  const other = await it.agent("say hello");
  expect((await it.rig.show(other)).reason).toContain("usage limit of claude, resets");
  expect(await limits()).toMatchObject({ told: true });
  expect((await it.rig.show(id)).state).toBe("queued");
});

test("a person can start one past the limit, which shows that it is over; or say so", async () => {
  const id = await it.agent(`limit ${nowS() + HOUR_S}`);
  await waits(id);
  const other = await it.agent("say works");
  expect(await it.rig.claudine("start", "--force", String(other))).toMatchObject({ code: 0 });
  expect((await it.rig.ended(other)).state).toBe("succeeded");
  await until("the first to meet it again", async () => (await it.rig.show(id)).attempt === 2);
  await waits(id);
  const next = await it.agent("say next");
  expect(await it.rig.claudine("agents", "--forget-limit", "claude")).toMatchObject({ code: 0, stdout: "" });
  expect((await it.rig.ended(next)).state).toBe("succeeded");
  await it.rig.claudine("cancel", String(id));
  expect((await it.rig.ended(id)).state).toBe("cancelled");
  const { code, stderr } = await it.rig.claudine("agents", "--forget-limit", "gemini");
  expect(code).not.toBe(0);
  expect(stderr).toContain("Cannot forget the limit of gemini: it has met none");
});

test("with a fallback nobody waits, and who comes later does not try the one at its limit", async () => {
  const id = await it.agent(`limit ${nowS() + HOUR_S}`, "--fallback", "codex");
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2, agent: { agent: "codex" } });
  const next = await it.agent("say hello", "--fallback", "codex");
  expect(await it.rig.ended(next)).toMatchObject({ state: "succeeded", attempt: 1, agent: { agent: "codex" } });
});

async function dyingRig(at: string): Promise<AgentRig> {
  const own = await createAgentRig({ daemon: false, config: "slots: 4\n" });
  onTestFinished(() => own[Symbol.asyncDispose]());
  await own.rig.up({ CLAUDINE_CRASH_AT: at });
  return own;
}

test.for(["before", "after"])("a daemon that dies %s a limit is stored: the next one knows it", async (when) => {
  const own = await dyingRig(`${when}-commit-agent.limited`);
  const id = await own.agent(`limit ${nowS() + HOUR_S}`);
  await own.rig.daemon?.ended;
  await own.rig.up();
  expect(await waits(id, own)).toContain("usage limit of claude, resets");
  expect(await limits(own)).toMatchObject({ told: true, tries: 0 });
  expect(await own.rig.show(id)).toMatchObject({ attempt: 1 });
});

test.for(["before", "after"])(
  "a daemon that dies %s the end of a limit is stored: nothing waits for it",
  async (when) => {
    const own = await dyingRig(`${when}-commit-agent.freed`);
    const id = await own.agent(`say hello\nlimitonce ${own.rig.file("met")}`);
    await own.rig.daemon?.ended;
    await own.rig.up();
    expect(await own.rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2 });
    expect(await limits(own)).toBeNull();
  },
);
