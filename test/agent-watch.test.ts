/** Agents that hang, linger, crash, have no capacity or write without end: each is noticed, and ends in order. */
import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { createAgentRig, installAgent, type AgentRig } from "./support/agents.ts";
import { until } from "./support/until.ts";

const CONFIG = `
slots: 8
sampleInterval: 100ms
grace: 1s
output: { maxBytes: off }
`;
/** For one that hangs: others would be ended by it where the machine is slow. There is time to see that it needs attention. */
const ENDS_QUIET = `${CONFIG}agent: { quietAfter: 1s, endQuietAfter: 10s }\n`;
const ENDS_LINGERING = `${CONFIG}agent: { endLingeringAfter: 1s }\n`;

const HOOK = `echo "$CLAUDINE_STATE: $CLAUDINE_ATTENTION" > "$CLAUDINE_CWD/told-$CLAUDINE_TASK_ID"`;

let it: AgentRig & AsyncDisposable;
beforeAll(async () => {
  it = await createAgentRig({
    config: `${CONFIG}agent: { quietAfter: 1s, fallback: [codex], onAttention: '${HOOK}' }\n`,
  });
  await installAgent(it.rig.file("../bin"), "codex");
  return () => it[Symbol.asyncDispose]();
});

async function strictRig(config: string): Promise<AgentRig> {
  const strict = await createAgentRig({ config });
  onTestFinished(() => strict[Symbol.asyncDispose]());
  return strict;
}

const eventsOf = async ({ rig }: AgentRig, id: number) => {
  const client = await rig.client();
  const { events } = await client.call("event.list", { limit: 10_000 });
  client.close();
  return events.filter((event) => "id" in event && event.id === id);
};

test("who writes nothing needs attention, and is ended after a while", async () => {
  const strict = await strictRig(ENDS_QUIET);
  const id = await strict.agent("say thinking\nhang");
  const attention = await until("attention", async () => (await strict.rig.show(id)).agent?.attention);
  expect(attention).toMatchObject({ kind: "quiet", note: expect.stringMatching(/^wrote nothing for [1-9]/) });
  expect(await strict.rig.ended(id)).toMatchObject({
    state: "timed-out",
    signal: "SIGTERM",
    reason: expect.stringMatching(/wrote nothing for 1\d/),
    agent: { headline: "thinking", attention: null },
  });
  // Where the tool takes long to say its first word, it needs attention once before that, too.
  const types = (await eventsOf(strict, id)).map(({ type }) => type);
  expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
    "task.submitted",
    "run.admitted",
    "run.started",
    "run.attention",
    "run.stopping",
    "run.finished",
  ]);
});

test("a person is shown it and told of it; who goes on needs none any more", async () => {
  const go = it.rig.file("go-on");
  const id = await it.agent(`say one\nwait ${go}\nsay two`);
  await until("attention", async () => (await it.rig.show(id)).agent?.attention);
  expect((await it.rig.claudine("list")).stdout).toMatch(/wrote nothing for/);
  const told = () => readFile(it.rig.file(`told-${id}`), "utf8").catch(() => "");
  expect(await until("the hook to tell of it", told)).toMatch(/^running: wrote nothing for /);
  await writeFile(go, "");
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded" });
});

test.for(["before", "after"])("a daemon that dies %s attention is stored: the next one says it", async (when) => {
  const own = await createAgentRig({ daemon: false, config: `${CONFIG}agent: { quietAfter: 1s }\n` });
  onTestFinished(() => own[Symbol.asyncDispose]());
  await own.rig.up({ CLAUDINE_CRASH_AT: `${when}-commit-run.attention` });
  const go = own.rig.file("go");
  const id = await own.agent(`say one\nwait ${go}\nsay two`);
  await own.rig.daemon?.ended;
  await own.rig.up();
  await until("attention", async () => (await own.rig.show(id)).agent?.attention);
  await writeFile(go, "");
  expect(await own.rig.ended(id)).toMatchObject({ state: "succeeded", agent: { headline: "two", attention: null } });
});

test("who lingers after the answer is ended, SIGKILL last, and has succeeded", async () => {
  const strict = await strictRig(ENDS_LINGERING);
  const id = await strict.agent("stubborn\nsay the answer\nlinger");
  expect(await strict.rig.ended(id)).toMatchObject({
    state: "succeeded",
    signal: "SIGKILL",
    reason: expect.stringContaining("after its final answer"),
    agent: { ok: true },
  });
  expect(await strict.rig.claudine("result", String(id))).toMatchObject({ code: 0, stdout: "the answer\n" });
});

test("a crash fails, and what it said before is kept", async () => {
  const id = await it.agent("say half\ncrash 3");
  expect(await it.rig.ended(id)).toMatchObject({
    state: "failed",
    exitCode: 3,
    agent: { headline: "half", ok: false },
  });
  expect(await it.rig.claudine("result", String(id))).toMatchObject({ code: 3 });
});

test("when the provider is overloaded the next agent is tried, as a run of its own that says so", async () => {
  const id = await it.agent("say trying\noverloaded");
  const task = await it.rig.ended(id);
  expect(task).toMatchObject({ state: "succeeded", attempt: 2, agent: { agent: "codex", fallback: [] } });
  const { runs } = JSON.parse((await it.rig.claudine("show", String(id), "--json")).stdout) as { runs: object[] };
  expect(runs).toMatchObject([
    { state: "failed", agent: { agent: "claude", ok: false, error: { class: "overloaded" } } },
    { state: "succeeded", agent: { agent: "codex", ok: true, result: expect.stringContaining("codex read") } },
  ]);
  expect((await eventsOf(it, id)).filter(({ type }) => type === "task.retried")).toMatchObject([
    { automatic: true, after: "capacity", agentAt: 1 },
  ]);
  const shown = await it.rig.claudine("logs", String(id), "--run", "1");
  expect(shown.stdout).toContain("trying");
  await it.rig.claudine("retry", String(id));
  expect(await it.rig.ended(id)).toMatchObject({ attempt: 4, agent: { agent: "codex" } });
});

test("hundreds of megabytes cost bounded memory, and the daemon answers meanwhile", async () => {
  const status = async () => (await it.rig.status())?.rssBytes ?? 0;
  const before = await status();
  const id = await it.agent("spam 300\nsay done");
  let most = 0;
  const isOver = async () => {
    most = Math.max(most, await status());
    return (await it.rig.show(id)).state === "succeeded";
  };
  await until("the stream to end", isOver);
  expect((await it.result(id)).agent.result).toBe("done");
  expect(most - before).toBeLessThan(200 * 2 ** 20);
});
