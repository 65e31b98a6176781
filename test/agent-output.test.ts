/** What people see of agents: the conversation, lists, the answer, the tools, and messages to a session. */
import { beforeAll, expect, test } from "vitest";
import type { AgentTool } from "@claudine/protocol";
import { createAgentRig, type AgentRig } from "./support/agents.ts";
import { until } from "./support/until.ts";

let it: AgentRig & AsyncDisposable;
beforeAll(async () => {
  it = await createAgentRig({ config: "slots: 8\n" });
  return () => it[Symbol.asyncDispose]();
});

test("logs and follow show the conversation, --raw the stream", async () => {
  const id = await it.agent("say I look around\ntool Bash ls -l\nsay All done");
  await it.rig.ended(id);
  for (const verb of ["logs", "follow"]) {
    const { stdout, code } = await it.rig.claudine(verb, String(id));
    expect(code).toBe(0);
    expect(stdout).toMatch(/I look around\n[^]*\* Bash: ls -l\n[^]*All done\n$/);
    expect(stdout).not.toContain('{"');
  }
  const { stdout } = await it.rig.claudine("logs", String(id), "--raw", "--stdout");
  const lines = stdout.trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
    "system",
    "assistant",
    "assistant",
    "user",
    "assistant",
    "result",
  ]);
  const { stdout: matched } = await it.rig.claudine("logs", String(id), "--grep", "^\\*");
  expect(matched).toBe("* Bash: ls -l\n");
});

test("what an agent wrote cannot do anything to the terminal", async () => {
  const id = await it.agent("say \u001b]0;title\u0007\u001b[2Jboo");
  await it.rig.ended(id);
  const { stdout } = await it.rig.claudine("show", String(id));
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test("show and list tell what it did and what it cost", async () => {
  const id = await it.agent("tool Bash make test\nsay Fixed", "--max-turns", "9");
  await it.rig.ended(id);
  const { stdout } = await it.rig.claudine("show", String(id));
  for (const line of [
    /^Agent +claude:stand-in \(2\.9\.9\)$/m,
    /^Does +Fixed$/m,
    /^Turns +2, with 1 calls of tools$/m,
    /^Cost +\$0\.25$/m,
    /^Session +3f0e8d52/m,
    /^At most +9 turns$/m,
  ])
    expect(stdout).toMatch(line);
  const list = await it.rig.claudine("list", "--columns", "id,agent,cost,doing");
  expect(list.stdout).toMatch(new RegExp(`^ *${id}  claude:stand-in +\\$0\\.25  Fixed$`, "m"));
});

test("what it does now is shown while it runs", async () => {
  const id = await it.agent("say I begin\nhang");
  await until("its headline", async () => (await it.rig.show(id)).agent?.headline === "I begin");
  const client = await it.rig.client();
  await until("it beside the live usage", async () => {
    const { live } = await client.call("host.read", {});
    return live.some((one) => one.id === id && one.agent?.headline === "I begin");
  });
  expect((await it.rig.claudine("result", String(id))).stderr).toContain("no run of it has ended");
  await it.rig.claudine("cancel", String(id));
  expect(await it.rig.ended(id)).toMatchObject({ state: "cancelled", agent: { headline: "I begin", ok: null } });
});

test("result says what it cannot, in one line", async () => {
  const command = await it.rig.submit("true");
  await it.rig.ended(command);
  expect(await it.rig.claudine("result", String(command))).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("it is no agent's"),
  });
  const id = await it.agent("say x");
  await it.rig.ended(id);
  const json = await it.rig.claudine("result", String(id), "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({
    id,
    attempt: 1,
    state: "succeeded",
    agent: { result: "x", costUsd: 0.25 },
  });
});

test("agents says which are installed, and how the others are", async () => {
  const { stdout } = await it.rig.claudine("agents", "--json");
  const all = JSON.parse(stdout) as AgentTool[];
  expect(all.find(({ name }) => name === "claude")).toMatchObject({ version: "2.9.9", usable: true });
  const env = { PATH: "/usr/bin:/bin", ANTHROPIC_API_KEY: "x" };
  const none = await it.rig.claudineWith({ env }, "agents");
  expect(none.stdout).toMatch(/^claude +not installed/m);
});

test("a session takes messages until its input ends", async () => {
  const id = await it.agent("say first", "--messages");
  await until("the first answer", async () => (await it.rig.show(id)).agent?.headline === "first");
  expect(await it.rig.claudine("send", String(id), 'say "second"')).toMatchObject({ code: 0 });
  await until("the second answer", async () => (await it.rig.show(id)).agent?.headline === '"second"');
  await it.rig.claudine("send", String(id), "--eof");
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect((await it.result(id)).agent.result).toBe('"second"');
  const deaf = await it.agent("hang");
  await it.rig.started(deaf);
  expect((await it.rig.claudine("send", String(deaf), "--eof")).stderr).toContain("handed over with --messages");
  await it.rig.claudine("cancel", String(deaf));
});

test("a prompt is not edited away", async () => {
  const id = await it.agent("say x", "--held");
  expect(await it.rig.claudine("set", String(id), "--priority", "3")).toMatchObject({ code: 0 });
  const client = await it.rig.client();
  const changed = client.call("task.change", { selector: [String(id)], changes: { command: "rm -rf" } });
  await expect(changed).rejects.toThrow("its work is a prompt");
  await it.rig.claudine("release", String(id));
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded" });
});
