/** What only some of the agents have, done by the tools themselves. */
import { spawnSync } from "node:child_process";
import type { AgentRequest } from "@claudine/agents";
import { expect, inject, test, type TestContext } from "vitest";
import { allOf, startProvider, type Asked } from "./provider.ts";
import { makeHome, runAgent, skipUnlessInstalled, type Home } from "./run-agent.ts";
import { TOOLS, type Tool } from "./tools.ts";
import type { Reply } from "./wire/wire.ts";

const [claude, codex, gemini] = TOOLS as readonly [Tool, Tool, Tool];
const ANSWER: Reply = { type: "text", text: "The answer is 42." };
const SCHEMA = JSON.stringify({ type: "object", properties: { answer: { type: "number" } }, required: ["answer"] });

interface Asking extends Omit<AgentRequest, "prompt"> {
  readonly home?: Home;
  readonly messages?: readonly string[];
}

async function ran(tool: Tool, context: TestContext, asking: Asking & { readonly reply?: (asked: Asked) => Reply }) {
  skipUnlessInstalled(tool, context);
  const { home = await makeHome(), messages = [], reply = () => ANSWER, ...rest } = asking;
  await using provider = await startProvider(reply);
  const request = { ...rest, prompt: await home.text("prompt.txt", "What is six times seven?") };
  expect(tool.adapter.unsupported(request)).toBeUndefined();
  const result = await runAgent({ tool, provider, home, request, messages });
  return { ...result, asked: provider.asked };
}

test("claude takes messages while it runs, and answers each", async (context) => {
  const { events, progress, exitCode } = await ran(claude, context, {
    takesMessages: true,
    messages: ["And times two?"],
  });
  expect(events.flatMap((event) => (event.type === "user" ? [event.text] : []))).toEqual([
    "What is six times seven?",
    "And times two?",
  ]);
  expect(events.filter(({ type }) => type === "result")).toHaveLength(2);
  expect(progress).toMatchObject({ result: { ok: true }, tokens: { output: 50 }, ignored: 0 });
  expect(exitCode).toBe(0);
});

test("claude takes everything that can be asked of it", async (context) => {
  const home = await makeHome();
  const servers = await home.text("mcp.json", `{"mcpServers":{}}`);
  const asking = { model: "sonnet", permissionMode: "plan", budgetUsd: 5, maxTurns: 9, mcpConfig: servers.path };
  const systemPrompt = await home.text("system.txt", "Speak like a ferryman");
  const { progress, asked } = await ran(claude, context, { ...asking, systemPrompt, home });
  expect(progress).toMatchObject({ result: { ok: true }, ignored: 0 });
  expect(allOf(asked)).toContain("Speak like a ferryman");
});

test("claude answers by a schema", async (context) => {
  const home = await makeHome();
  const jsonSchema = await home.text("schema.json", SCHEMA);
  const reply = ({ afterTool }: Asked): Reply =>
    afterTool ? ANSWER : { type: "call", name: "StructuredOutput", input: { answer: 42 } };
  const { progress } = await ran(claude, context, { jsonSchema, reply, home });
  expect(progress.result).toMatchObject({ ok: true, structured: `{"answer":42}` });
});

test("claude ends when its turns or its budget are used up", async (context) => {
  const reply = () => claude.call;
  const turns = await ran(claude, context, { maxTurns: 1, permissionMode: "acceptEdits", reply });
  expect(turns.progress).toMatchObject({ error: { class: "max-turns" }, result: { ok: false } });
  const budget = await ran(claude, context, { budgetUsd: 0.000_001, reply });
  expect(budget.progress).toMatchObject({ error: { class: "budget" }, result: { ok: false } });
});

test("claude says what it was not allowed", async (context) => {
  const denied: Reply = { type: "call", name: "Write", input: { file_path: "/etc/claudine-was-here", content: "no" } };
  const { progress } = await ran(claude, context, { reply: ({ afterTool }) => (afterTool ? ANSWER : denied) });
  expect(progress).toMatchObject({
    result: { ok: true },
    attention: "permission was denied for Write (/etc/claudine-was-here)",
  });
});

test("codex takes everything that can be asked of it, and answers by a schema", async (context) => {
  const home = await makeHome();
  const asking = { model: "gpt-5", permissionMode: "plan", jsonSchema: await home.text("schema.json", SCHEMA) };
  const systemPrompt = await home.text("system.txt", `Speak like a "ferryman"\nand row`);
  const reply = (): Reply => ({ type: "text", text: `{"answer":42}` });
  const { progress, asked } = await ran(codex, context, { ...asking, systemPrompt, reply, home });
  expect(progress.result).toMatchObject({ ok: true, structured: `{"answer":42}` });
  expect(allOf(asked)).toContain(String.raw`Speak like a \"ferryman\"\nand row`);
  expect(allOf(asked)).toContain("json_schema");
  const again = await ran(codex, context, { ...asking, resume: progress.sessionId, reply, home });
  expect(again.progress).toMatchObject({ sessionId: progress.sessionId, wholeSession: true, tokens: { output: 50 } });
  expect(allOf(again.asked)).toContain(`"model":"gpt-5"`);
});

test.for([codex, gemini])("$adapter.name takes every permission mode that it names", async (tool, context) => {
  for (const permissionMode of ["default", "accept-edits", "plan", "bypass"]) {
    const { progress } = await ran(tool, context, {
      permissionMode,
      model: tool === gemini ? "gemini-2.5-pro" : "gpt-5",
    });
    expect([permissionMode, progress.result]).toMatchObject([permissionMode, { ok: true }]);
  }
});

test.for([claude, codex])(
  "$adapter.name says by its exit code that nobody is logged in",
  async ({ adapter }, { skip }) => {
    const home = await makeHome();
    const command = adapter.login.signs.find((sign) => sign.type === "command");
    const env = { PATH: inject("toolPath"), HOME: home.path };
    const { status, error } = spawnSync(adapter.program, command?.args ?? [], { env });
    if (error !== undefined) skip(`${adapter.program} is not installed`);
    expect(status).toBe(command?.no);
  },
);
