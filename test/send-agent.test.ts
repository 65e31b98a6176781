/** `claudine send` to an agent that cannot hear it now: it is told with the next run. */
import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { createAgentRig, installAgent, type AgentRig } from "./support/agents.ts";
import { until } from "./support/until.ts";

const SESSION = "3f0e8d52-6e1c-4f6b-9d7a-0b1c2d3e4f50";
const CONFIG = "slots: 8\n";

let it: AgentRig & AsyncDisposable;
beforeAll(async () => {
  it = await createAgentRig({ config: CONFIG });
  await installAgent(it.rig.file("../bin"), "codex");
  return () => it[Symbol.asyncDispose]();
});

const answerOf = async (id: number) => (await it.result(id)).agent.result;

/** One that ends when `go` is there. */
async function busy(name: string, ...args: string[]): Promise<{ id: number; go: string }> {
  const go = it.rig.file(name);
  const id = await it.agent(`wait ${go}\nsay done`, ...args);
  await it.rig.started(id);
  return { id, go };
}

test("while it runs: it goes on by itself in the same session, is told all in order, and nothing of it is in lists and events", async () => {
  const { id, go } = await busy("go-1");
  expect(await it.rig.claudine("send", String(id), "args now s3cret")).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `Task ${id} cannot hear it now; it is told this in its next run\n`,
  });
  const second = await it.rig.claudine("send", "--json", String(id), "say two");
  expect(JSON.parse(second.stdout)).toEqual({ id, bytes: 7, told: "next-run", state: "running", waiting: 2 });
  expect((await it.rig.claudine("show", String(id))).stdout).toMatch(/^Feedback +2, 2 of them waiting for its next/m);
  expect((await it.rig.claudine("logs", String(id), "--feedback")).stdout).toMatch(
    /^==> waits for the next run, .*<==\nargs now s3cret\n==> waits for the next run, .*<==\nsay two\n$/,
  );
  await writeFile(go, "");
  const waited = await it.rig.claudine("wait", String(id));
  expect(waited.code).toBe(0);
  expect(await it.rig.show(id)).toMatchObject({
    state: "succeeded",
    attempt: 2,
    agent: { goesOn: { session: SESSION }, feedback: 2, feedbackWaiting: 0 },
  });
  expect(await answerOf(id)).toBe("two");
  expect((await it.rig.claudine("logs", String(id), "--feedback")).stdout).toMatch(/^==> run 2, .*\n.*\n==> run 2, /);
  const client = await it.rig.client();
  for (const told of [await client.call("task.list", {}), await client.call("event.list", { limit: 10_000 })])
    expect(JSON.stringify(told)).not.toContain("s3cret");
  client.close();
});

test("who follows it sees the run that follows, too, and ends with it; its hook runs once", async () => {
  const log = it.rig.file("hook.log");
  const { id, go } = await busy("go-8", "--on-finish", `echo $CLAUDINE_RUN >> ${log}`);
  const following = it.rig.open(["follow", String(id)]);
  await until("the first run to be followed", () => following.stdout().includes("session"));
  await it.rig.claudine("send", String(id), "say more");
  await writeFile(go, "");
  const { code, stdout } = await following.ended;
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/done[^]*more/) });
  await until("the hook", async () => (await readFile(log, "utf8").catch(() => "")) === "2\n");
});

test("before it runs: it is told with its prompt, also when it is held, paused or begins anew", async () => {
  const id = await it.agent("say first", "--held");
  const sent = await it.rig.claudine("send", String(id), "repeat");
  expect(sent.stderr).toBe(`Task ${id} is held; it is told this when it runs\n`);
  await it.rig.claudine("release", String(id));
  expect(await it.rig.ended(id)).toMatchObject({ attempt: 1, agent: { goesOn: null, feedbackWaiting: 0 } });
  expect(await answerOf(id)).toBe("say first\n\nrepeat");
  await it.rig.claudine("retry", String(id));
  await it.rig.ended(id);
  expect(await answerOf(id)).toBe("say first\n\nrepeat");
  const { id: paused, go } = await busy("go-2");
  await it.rig.claudine("pause", String(paused));
  expect((await it.rig.claudine("send", String(paused), "say more")).stderr).toContain("cannot hear it now");
  await it.rig.claudine("resume", String(paused));
  await writeFile(go, "");
  expect(await it.rig.ended(paused)).toMatchObject({ attempt: 2 });
  expect(await answerOf(paused)).toBe("more");
});

test("a run that fails leaves it with the task, until it is retried or continued; who has ended is to be continued", async () => {
  const go = it.rig.file("go-3");
  const id = await it.agent(`wait ${go}\ncrash 3`);
  await it.rig.started(id);
  await it.rig.claudine("send", String(id), "say amends");
  await writeFile(go, "");
  expect(await it.rig.ended(id)).toMatchObject({ state: "failed", attempt: 1, agent: { feedbackWaiting: 1 } });
  const late = await it.rig.claudine("send", String(id), "too late");
  expect(late).toMatchObject({ code: 1, stdout: "" });
  expect(late.stderr).toContain(`Cannot send to task ${id}: it has already finished (failed)`);
  expect(late.stderr).toContain(`claudine continue ${id} TEXT`);
  await it.rig.claudine("continue", String(id), "repeat");
  expect(await it.rig.ended(id)).toMatchObject({ attempt: 2, agent: { feedback: 2, feedbackWaiting: 0 } });
  expect(await answerOf(id)).toBe("say amends\n\nrepeat");
});

test("a retry by its own rule, and another agent instead, are told", async () => {
  const [go, crashed] = [it.rig.file("go-4"), it.rig.file("crashed")];
  const id = await it.agent(`wait ${go}\ncrashonce ${crashed}\nrepeat`, "--retries", "1");
  await it.rig.started(id);
  await it.rig.claudine("send", String(id), "repeat");
  await writeFile(go, "");
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2, agent: { feedbackWaiting: 0 } });
  expect(await answerOf(id)).toContain("What was said since:\n\nrepeat");
  const full = it.rig.file("go-5");
  const other = await it.agent(`wait ${full}\noverloaded`, "--fallback", "codex");
  await it.rig.started(other);
  await it.rig.claudine("send", String(other), "and the docs too");
  await writeFile(full, "");
  expect(await it.rig.ended(other)).toMatchObject({ attempt: 2, agent: { agent: "codex", feedbackWaiting: 0 } });
});

test("a task that waits for its agent's limit is told when it goes on", async () => {
  const own = await createAgentRig({ config: CONFIG });
  onTestFinished(() => own[Symbol.asyncDispose]());
  const id = await own.agent(`say begun\nlimitonce ${own.rig.file("met")}\nrepeat`);
  await until("the limit", async () => (await own.rig.show(id)).reason?.includes("usage limit") === true);
  const sent = await own.rig.claudine("send", String(id), "repeat");
  expect(sent.stderr).toBe(`Task ${id} is queued; it is told this when it runs\n`);
  await own.rig.claudine("agents", "--forget-limit", "claude");
  expect(await own.rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect((await own.result(id)).agent.result).toContain("What was said since:\n\nrepeat");
});

test("a session that takes messages has them at once; before it begins, and after its end was sent, they wait", async () => {
  const held = await it.agent("say first", "--messages", "--held");
  await it.rig.claudine("send", String(held), "say second");
  await it.rig.claudine("release", String(held));
  await until("both", async () => (await it.rig.show(held)).agent?.headline === "second");
  expect((await it.rig.claudine("send", String(held), "say third")).stderr).toMatch(/^Sent \d+ bytes to task/);
  await until("the message", async () => (await it.rig.show(held)).agent?.headline === "third");
  const go = it.rig.file("go-6");
  await it.rig.claudine("send", String(held), `wait ${go}`);
  await it.rig.claudine("send", String(held), "--eof");
  expect((await it.rig.claudine("send", String(held), "say fourth")).stderr).toContain("in its next run");
  await writeFile(go, "");
  await until("the next run", async () => (await it.rig.show(held)).agent?.headline === "fourth");
  await it.rig.claudine("send", String(held), "--eof");
  expect(await it.rig.ended(held)).toMatchObject({ state: "succeeded", attempt: 2 });
});

test("a session that does not read now gets what it has begun to take, whole and in order, also by the next daemon; the rest waits for a run", async () => {
  const own = await createAgentRig({ config: CONFIG });
  onTestFinished(() => own[Symbol.asyncDispose]());
  const id = await own.agent("say up", "--messages");
  await until("the session", async () => (await own.rig.show(id)).agent?.headline === "up");
  await own.rig.claudine("pause", String(id));
  const client = await own.rig.client();
  const texts: string[] = [];
  const tell = async () => {
    const text = `say ${texts.length} ${"x".repeat(20_000)}`;
    texts.push(text.slice("say ".length));
    return (await client.call("task.send", { id, text })).told;
  };
  // A pipe has room for three of them, and for a part of the fourth.
  await until("it to take no more", async () => (await tell()) === "next-run");
  client.close();
  await own.rig.down("SIGKILL");
  await own.rig.up();
  await own.rig.claudine("resume", String(id));
  const lines = async () => (await own.rig.output(id)).split("\n").slice(0, -1);
  const heard = async () => (await lines()).filter((line) => line.includes('"type":"result"'));
  const finals = async () => (await heard()).map((line): unknown => JSON.parse(line).result);
  await until("all but the last", async () => (await heard()).length >= texts.length);
  expect(await finals()).toEqual(["up", ...texts.slice(0, -1)]);
  await own.rig.claudine("send", String(id), "--eof");
  await until("the next run", async () => (await own.rig.show(id)).attempt === 2);
  await until("the last", async () => (await finals()).length > 0);
  expect(await finals()).toEqual(texts.slice(-1));
  await own.rig.claudine("send", String(id), "--eof");
  expect(await own.rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2 });
});

test("what was said before several runs of a session that failed adds up to more than one can be told: the newest is", async () => {
  const [crashes, client] = [[1, 2, 3, 4].map((run) => it.rig.file(`crashed-${run}`)), await it.rig.client()];
  const pause = (paused: boolean) => client.call("group.set", { name: "later", paused });
  await pause(true);
  const prompt = `${crashes.map((file) => `crashonce ${file}`).join("\n")}\nrepeat`;
  const id = await it.agent(prompt, "--messages", "--group", "later");
  for (const run of [1, 2, 3, 4, 5]) {
    await client.call("task.send", { id, text: `${run} ${"x".repeat(20_000)}` });
    await pause(false);
    if (run === 5) break;
    expect(await it.rig.ended(id)).toMatchObject({ state: "failed", attempt: run, exitCode: 3 });
    await pause(true);
    await client.call("task.retry", { selector: [String(id)] });
  }
  client.close();
  const told = async () => (await it.rig.show(id)).agent?.headline ?? "";
  await until("the last run to be told", async () => (await told()) !== "");
  const output = await it.rig.output(id);
  expect(output).toMatch(/2 texts that were said before this are left out here/);
  expect([1, 2, 3, 4, 5].filter((run) => output.includes(`${run} xxx`))).toEqual([3, 4, 5]);
  await it.rig.claudine("send", String(id), "--eof");
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 5 });
  expect((await it.rig.claudine("logs", String(id), "--feedback")).stdout.match(/^\d xxx/gm)).toHaveLength(5);
});

test("64 KiB may be sent, as words or from a file, with a newline or without", async () => {
  const { id } = await busy("go-9");
  const most = "x".repeat(65_536);
  for (const input of [most, `${most}\n`, `${most}\r\n`])
    expect(await it.rig.claudineWith({ input }, "send", String(id), "-")).toMatchObject({ code: 0 });
  expect(await it.rig.claudine("send", String(id), most)).toMatchObject({ code: 0 });
  for (const input of [`${most}x`, `${most}\n\n`, `${most}x\n`])
    expect((await it.rig.claudineWith({ input }, "send", String(id), "-")).stderr).toContain("at most 65536 bytes");
  expect((await it.rig.claudine("send", String(id), `${most}x`)).stderr).toContain("at most 65536 bytes");
  expect(await it.rig.show(id)).toMatchObject({ agent: { feedbackWaiting: 4 } });
  await it.rig.claudine("cancel", String(id));
});

test("what is empty, too long or hostile", async () => {
  const { id, go } = await busy("go-7");
  const send = (text: string, ...more: string[]) => it.rig.claudine("send", String(id), text, ...more);
  expect((await send(" ")).stderr).toContain(`Cannot send to task ${id}: there is no text`);
  expect((await send("x", "--eof")).stderr).toContain("it reads no input");
  const long = { input: "ä".repeat(40_000) };
  const refused = await it.rig.claudineWith(long, "send", String(id), "-");
  expect(refused.stderr).toContain("a message to an agent has at most 65536 bytes");
  const hostile = "\u001B[31m--danger $(reboot) `x` {{ y }}\r\u0007";
  expect(await send("-n", `${hostile}`)).toMatchObject({ code: 0 });
  await send("repeat");
  await writeFile(go, "");
  await it.rig.ended(id);
  expect(await answerOf(id)).toBe(`${hostile}\n\nrepeat`);
});

test.for(["before", "after"])(
  "a daemon that dies %s it is stored: it is told once, or nobody was told so",
  async (when) => {
    const own = await createAgentRig({ daemon: false, config: CONFIG });
    onTestFinished(() => own[Symbol.asyncDispose]());
    await own.rig.up({ CLAUDINE_CRASH_AT: `${when}-commit-task.told` });
    const go = own.rig.file("go");
    const id = await own.agent(`wait ${go}\nsay one`);
    await own.rig.started(id);
    const sent = await own.rig.claudine("send", String(id), "say two");
    expect(sent.code).not.toBe(0);
    await own.rig.daemon?.ended;
    await own.rig.up();
    const isStored = (await own.rig.show(id)).agent?.feedbackWaiting === 1;
    expect(isStored).toBe(when === "after");
    await writeFile(go, "");
    expect(await own.rig.ended(id)).toMatchObject({ attempt: isStored ? 2 : 1, state: "succeeded" });
    expect((await own.result(id)).agent.result).toBe(isStored ? "two" : "one");
  },
);

test.for([
  "before-commit-run.finished",
  "after-commit-run.finished",
  "after-commit-run.admitted:2",
  "before-launch:2",
  "after-launch:2",
])("a daemon that dies %s: what waits is told to one run more, and no other", async (place) => {
  const own = await createAgentRig({ daemon: false, config: CONFIG });
  onTestFinished(() => own[Symbol.asyncDispose]());
  await own.rig.up({ CLAUDINE_CRASH_AT: place });
  const go = own.rig.file("go");
  const id = await own.agent(`wait ${go}\nsay one`);
  await own.rig.started(id);
  await own.rig.claudine("send", String(id), "say two");
  await writeFile(go, "");
  await own.rig.daemon?.ended;
  await own.rig.up();
  expect(await own.rig.ended(id)).toMatchObject({ attempt: 2, state: "succeeded", agent: { feedbackWaiting: 0 } });
  expect((await own.result(id)).agent.result).toBe("two");
});
