/** `claudine mcp`: what coding agents get, through the official client. */
import type { Progress } from "@modelcontextprotocol/client";
import { expect, onTestFinished, test } from "vitest";
import { createAgentRig } from "./support/agents.ts";
import { startDaemon, TELLS_REQUESTS } from "./support/daemon.ts";
import { REVISIONS, startMcp } from "./support/mcp.ts";
import { until } from "./support/until.ts";

test.for(REVISIONS)("revision %s: submit, wait, result", async (revision) => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig, revision);
  expect(mcp.client.getServerVersion()).toMatchObject({ name: "claudine" });
  const submitted = await mcp.call("submit", {
    tasks: [{ command: "echo out; echo err >&2; exit 3", label: "three" }, { command: ["printf", "%s|", "a b", "c"] }],
  });
  expect(submitted.facts).toEqual({ ids: [1, 2], existing: [], cwd: rig.home.work });
  const waited = await mcp.call("wait", { selector: ["1", "2"] });
  expect(waited.facts).toMatchObject({
    reached: true,
    tasks: [
      { id: 1, state: "failed" },
      { id: 2, exitCode: 0 },
    ],
  });
  const { facts, texts } = await mcp.call("result", { id: 1 });
  expect(facts).toMatchObject({ finished: true, id: 1, state: "failed", exitCode: 3, reason: "exit code 3" });
  expect(texts.slice(1)).toEqual(["stdout:\nout\n", "stderr:\nerr\n"]);
  expect((await mcp.call("logs", { id: 2 })).texts[1]).toBe("a b|c|");
  await mcp.call("submit", { cwd: "..", tasks: [{ command: "pwd" }, { command: "pwd", cwd: "work" }] });
  await mcp.call("wait", { selector: ["3", "4"] });
  expect((await mcp.call("logs", { id: 3 })).texts[1]).toBe(`${rig.home.dir}\n`);
  expect((await mcp.call("logs", { id: 4 })).texts[1]).toBe(`${rig.home.work}\n`);
});

test("every tool has a schema, a description and annotations; nothing but reading is called so", async () => {
  const rig = await startDaemon();
  const { tools } = await (await startMcp(rig)).client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    "submit",
    "delegate",
    "status",
    "list",
    "wait",
    "result",
    "logs",
    "explain",
    "retry",
    "continue",
    "cancel",
    "schedules",
    "schedule",
    "unschedule",
    "stats",
  ]);
  for (const { inputSchema, description } of tools) {
    expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
    expect(description).toMatch(/\.$/);
  }
  const changing = tools.filter(({ annotations }) => annotations?.readOnlyHint !== true);
  expect(changing.map(({ name, annotations }) => [name, annotations?.destructiveHint])).toEqual([
    ["submit", true],
    ["delegate", true],
    ["retry", true],
    ["continue", true],
    ["cancel", true],
    ["schedule", true],
    ["unschedule", true],
  ]);
  const submit = tools.find(({ name }) => name === "submit");
  expect(submit?.inputSchema.properties).toMatchObject({
    tasks: { type: "array", maxItems: 100, items: { properties: { priority: { type: "integer" } } } },
  });
});

test("list, status, explain, cancel and retry", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const mcp = await startMcp(rig);
  await mcp.call("submit", { tasks: [{ command: "exec sleep 1000" }, { command: "true", label: "next" }] });
  await rig.started(1);
  expect((await mcp.call("explain", { id: 2 })).facts).toMatchObject({ causes: ["waits for a slot (1 of 1 in use)"] });
  expect((await mcp.call("list", { limit: 1 })).facts).toMatchObject({
    tasks: [{ id: 2, state: "queued", label: "next" }],
    next: "There are more: call list with before 2",
  });
  expect((await mcp.call("status")).facts).toMatchObject({
    daemon: { accepting: true, counts: { running: 1, queued: 1 } },
    groups: [{ name: "default" }],
  });
  expect((await mcp.call("cancel", { selector: ["1"], note: "enough" })).facts).toMatchObject({
    tasks: [{ id: 1, state: "cancelled", reason: expect.stringContaining("enough") }],
  });
  await rig.ended(2);
  expect((await mcp.call("retry", { selector: ["2"] })).facts).toMatchObject({ tasks: [{ id: 2 }] });
  await rig.ended(2);
  const { facts } = await mcp.call("status", { id: 2 });
  expect(facts).toMatchObject({ id: 2, state: "succeeded", attempt: 2, runs: [{ attempt: 1 }, { attempt: 2 }] });
});

test("schedules are added, listed, looked at and removed", async () => {
  const rig = await startDaemon({ env: { API_TOKEN: "s3cret-value" } });
  const mcp = await startMcp(rig);
  const task = { command: "pwd; echo ${#API_TOKEN}" };
  const when = { kind: "cron", expression: "0 2 * * *" };
  const added = await mcp.call("schedule", { cwd: "..", schedule: { name: "nightly", when, task } });
  expect(added.facts).toMatchObject({ name: "nightly", state: "active", next: expect.any(Number) });
  expect((await mcp.call("schedules")).facts).toMatchObject({ schedules: [{ name: "nightly", when: "0 2 * * *" }] });
  await rig.claudine("schedule", "run", "nightly");
  await rig.ended(1);
  expect((await mcp.call("logs", { id: 1 })).texts[1]).toBe(`${rig.home.dir}\n12\n`);
  const one = await mcp.call("schedules", { name: "nightly" });
  expect(one.facts).toMatchObject({ firings: [{ cause: "run", task: 1 }], times: expect.any(Array) });
  expect(JSON.stringify([added.texts, one.texts])).not.toMatch(/s3cret|"environment"/);
  expect((await mcp.call("unschedule", { names: ["nightly"] })).facts).toEqual({ removed: ["nightly"] });
  expect(await mcp.call("schedules", { name: "nightly" })).toMatchObject({
    isError: true,
    texts: [expect.stringMatching(/^Cannot .*nightly/)],
  });
});

test("statistics of what ran, by label", async () => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig);
  await mcp.call("submit", {
    tasks: [
      { command: "true", label: "a" },
      { command: "false", label: "a" },
    ],
  });
  await mcp.call("wait", { selector: ["all"] });
  expect((await mcp.call("stats")).facts).toMatchObject({ total: { runs: 2, successRate: 0.5 } });
  expect((await mcp.call("stats", { by: "label" })).facts).toMatchObject({ rows: [{ key: "a", runs: 2 }], more: 0 });
});

test("wait tells how far it is, and answers in time when the tasks take longer", async () => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig);
  await mcp.call("submit", { tasks: [{ command: "true" }, { command: "exec sleep 1000" }] });
  await rig.ended(1);
  await rig.started(2);
  const told: Progress[] = [];
  const { facts } = await mcp.call("wait", { selector: ["all"], timeoutMs: 3000 }, (one) => told.push(one));
  expect(facts).toMatchObject({ reached: false, timedOut: true, tasks: [{ id: 2, state: "running" }, { id: 1 }] });
  expect(told.length).toBeGreaterThanOrEqual(1);
  expect(told[0]).toMatchObject({ message: "1 of 2 finished: 1 running" });
  for (const [index, { progress }] of told.entries()) expect(progress).toBeGreaterThan(told[index - 1]?.progress ?? 0);
});

test("a wait that the client gives up ends at the daemon, and the task goes on", async () => {
  const rig = await startDaemon({ config: TELLS_REQUESTS });
  const mcp = await startMcp(rig);
  await mcp.call("submit", { tasks: [{ command: "exec sleep 1000" }] });
  const controller = new AbortController();
  const waiting = mcp.client.callTool({ name: "wait", arguments: { selector: ["1"] } }, { signal: controller.signal });
  await until("the daemon to be asked", () => rig.daemon?.stderr().includes('"method":"task.wait"'));
  controller.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  expect((await mcp.call("status", { id: 1 })).facts).toMatchObject({ state: "running" });
});

test("long output comes in pieces, and the result has its end", async () => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig);
  await mcp.call("submit", { tasks: [{ command: "seq 100000" }] });
  await rig.ended(1);
  const first = await mcp.call("logs", { id: 1 });
  expect(first.texts[1]).toHaveLength(16_384);
  expect(first.facts).toMatchObject({ offset: 0, nextOffset: 16_384, size: 588_895, eof: false });
  expect(first.facts.more).toBe("572511 bytes follow: call logs with offset 16384");
  expect((await mcp.call("logs", { id: 1, tailLines: 2 })).texts[1]).toBe("99999\n100000\n");
  const { texts } = await mcp.call("result", { id: 1 });
  expect(texts[1]).toMatch(/^stdout:\n\d{5}\n[\d\n]*\n100000\n$/);
  expect(texts[1]?.length).toBeLessThanOrEqual(16_384 + 10);
});

test("colours and other controls of a terminal do not come through the tools", async () => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig);
  await mcp.call("submit", { tasks: [{ command: String.raw`printf '\033[31mred\033[0m\033]0;title\007\a.'` }] });
  await rig.ended(1);
  expect((await mcp.call("logs", { id: 1 })).texts[1]).toBe("red␇.");
});

test("tasks and their output are resources", async () => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig);
  const command = String.raw`printf '\377\376' >&2; echo one`;
  await mcp.call("submit", { tasks: [{ command }, { command: "seq 100000" }, { command: "true", held: true }] });
  await rig.ended(1);
  await rig.ended(2);
  const { resources } = await mcp.client.listResources();
  expect(resources.map(({ uri }) => uri)).toEqual(
    [2, 1].flatMap((id) => [`claudine://task/${id}/stdout`, `claudine://task/${id}/stderr`]),
  );
  const { resourceTemplates } = await mcp.client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain("claudine://task/{id}/{stream}");
  const read = async (uri: string) => (await mcp.client.readResource({ uri })).contents[0];
  expect(await read("claudine://task/1/stdout")).toMatchObject({ mimeType: "text/plain", text: "one\n" });
  expect(await read("claudine://task/1/run/1/stdout")).toMatchObject({ text: "one\n" });
  expect(await read("claudine://task/1/stderr")).toMatchObject({ blob: Buffer.from([255, 254]).toString("base64") });
  expect(await read("claudine://task/2/stdout")).toMatchObject({
    text: expect.stringMatching(/^\[the first \d+ bytes are left out: the tool logs reads them\]\n\d+\n/),
  });
  const about = await read("claudine://task/1");
  expect(about !== undefined && "text" in about ? JSON.parse(about.text) : {}).toMatchObject({ id: 1, runs: [{}] });
  await expect(read("claudine://task/9/stdout")).rejects.toThrow(/there is no such task/);
  await expect(read("claudine://task/1/passwd")).rejects.toThrow(/there is no such resource/);
});

test("what goes wrong is an error of the tool, in one line with a hint", async () => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig);
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ["result", { id: 99 }, /^Cannot .*task 99: there is no such task/],
    ["cancel", { selector: ["99"] }, /^Cannot cancel task 99: there is no such task/],
    ["wait", { selector: ["nonsense"] }, /^Cannot select tasks by "nonsense"\nhint: Use ids/],
    ["status", { id: "one" }, /^Cannot status: id: .*\nhint: /],
    ["submit", {}, /^Cannot submit: tasks: /],
    ["submit", { tasks: [] }, /^Cannot submit: tasks: /],
    ["submit", { tasks: [{ command: "true", colour: "red" }] }, /^Cannot submit: tasks\.0: .*colour/],
    ["submit", { tasks: [{ command: ["true", 3] }] }, /^Cannot submit: tasks\.0\.command\.1: /],
    ["submit", { tasks: Array.from({ length: 101 }, () => ({ command: "true" })) }, /^Cannot submit: tasks: .*100/],
    ["list", { selector: Array.from({ length: 101 }, () => "1") }, /^Cannot list: selector: .*100/],
    ["list", { limit: 1000 }, /^Cannot list: limit: /],
    ["logs", { id: 1, maxBytes: 1e9 }, /^Cannot logs: maxBytes: /],
  ];
  for (const [name, args, says] of cases) {
    const { isError, texts } = await mcp.call(name, args);
    expect({ isError, text: texts.join("") }).toEqual({ isError: true, text: expect.stringMatching(says) });
    expect(texts.join("").split("\n").length).toBeLessThanOrEqual(2);
    expect(texts.join("")).not.toMatch(/\n\s+at /);
  }
  await expect(mcp.client.callTool({ name: "rm", arguments: {} })).rejects.toThrow(/There is no tool "rm"/);
  expect((await mcp.call("list")).facts).toEqual({ tasks: [] });
});

test("the environment of the server goes with a task, and no answer shows it", async () => {
  const rig = await startDaemon({ env: { API_TOKEN: "s3cret-value", CLAUDINE_TASK_ID: "77" } });
  const mcp = await startMcp(rig);
  const command = '[ ${#API_TOKEN} = 12 ] && [ "$CLAUDINE_TASK_ID" = 1 ] && [ "$MORE" = yes ]';
  const submitted = await mcp.call("submit", { tasks: [{ command, env: { MORE: "yes" } }] });
  await rig.ended(1);
  const seen = [submitted, await mcp.call("status", { id: 1 }), await mcp.call("result", { id: 1 })];
  expect(seen[2]?.facts).toMatchObject({ state: "succeeded" });
  const { contents } = await mcp.client.readResource({ uri: "claudine://task/1" });
  expect(JSON.stringify([seen.map(({ texts }) => texts), contents])).not.toMatch(/s3cret|"API_TOKEN"|"environment"/);
});

test("a prompt is delegated, and its answer is the result", async () => {
  const agents = await createAgentRig();
  onTestFinished(() => agents[Symbol.asyncDispose]());
  const { rig } = agents;
  const mcp = await startMcp(rig);
  const tasks = [{ agent: { prompt: "tool Bash ls\nsay All done" }, label: "delegated" }];
  expect((await mcp.call("delegate", { tasks })).facts).toMatchObject({ ids: [1], existing: [] });
  await mcp.call("wait", { selector: ["1"] });
  const { facts, texts } = await mcp.call("result", { id: 1 });
  expect(facts).toMatchObject({ finished: true, state: "succeeded", agent: { agent: "claude", costUsd: 0.25 } });
  expect(texts.slice(1)).toEqual(["All done"]);
  const loud = [{ agent: { prompt: `say \u001b[31mred\u001b[2J ${"x".repeat(70_000)}` } }];
  await mcp.call("delegate", { tasks: loud });
  await mcp.call("wait", { selector: ["2"] });
  const shown = await mcp.call("result", { id: 2 });
  expect(shown.texts[1]).toMatch(/^red x{60000}/);
  expect(shown.facts).toMatchObject({ answerIsCut: expect.stringContaining("logs with stream stdout") });
  const lean = [{ agent: { prompt: "say one" }, budget: { usd: 0.2, tokens: 5000 } }];
  expect((await mcp.call("delegate", { tasks: lean })).facts).toMatchObject({ ids: [3] });
  await mcp.call("wait", { selector: ["3"] });
  expect((await mcp.call("status", { id: 3 })).facts).toMatchObject({ budget: lean[0]?.budget, spent: { usd: 0.25 } });
  await mcp.call("continue", { id: 3, feedback: "say two" });
  expect((await mcp.call("explain", { id: 3 })).facts).toMatchObject({
    causes: ["budget of task 3: 0.25 of 0.20 dollars spent"],
  });
  const poor = await mcp.call("delegate", { tasks: [{ agent: { prompt: "x" }, budget: { usd: 0 } }] });
  expect(poor).toMatchObject({
    isError: true,
    texts: [expect.stringMatching(/^Cannot delegate: tasks\.0\.budget\.usd: /)],
  });
  const refused = await mcp.call("delegate", { tasks: [{ agent: { prompt: "x", agent: "nobody" } }] });
  expect(refused).toMatchObject({ isError: true, texts: [expect.stringContaining("Cannot use the agent nobody")] });
});
