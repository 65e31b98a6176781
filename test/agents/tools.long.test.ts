/** What every agent must do, done by the tools themselves. */
import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { isOlder, NESTING_VARIABLES, type AgentRequest } from "@claudine/agents";
import { describe, expect, inject, test } from "vitest";
import { allOf, startProvider, type Asked } from "./provider.ts";
import { environmentOf, makeHome, runAgent, skipUnlessInstalled, type Home } from "./run-agent.ts";
import { TOOLS, type Tool } from "./tools.ts";
import type { Reply } from "./wire/wire.ts";

const ANSWER: Reply = { type: "text", text: "The answer is 42." };
const MODELS: Readonly<Record<string, string>> = { claude: "sonnet", codex: "gpt-5", gemini: "gemini-2.5-pro" };

test("nothing but the loopback can be reached", async ({ skip }) => {
  if (!inject("isolated")) skip("There is no network namespace: proxies that lead nowhere have to do");
  const outcome = await new Promise((resolve) => {
    connect({ host: "192.0.2.1", port: 443 }).on("connect", resolve).on("error", resolve);
  });
  expect(outcome).toMatchObject({ code: "ENETUNREACH" });
});

describe.each(TOOLS.map((tool) => ({ name: tool.adapter.name, tool })))("$name", ({ name, tool }) => {
  async function ran(reply: (asked: Asked) => Reply, more: Partial<AgentRequest> = {}, home?: Home) {
    const place = home ?? (await makeHome());
    await using provider = await startProvider(reply);
    const prompt = await place.text("prompt.txt", more.prompt?.text ?? "What is six times seven?");
    const request = { model: MODELS[name], ...more, prompt };
    expect(tool.adapter.unsupported(request)).toBeUndefined();
    const result = await runAgent({ tool, provider, home: place, request });
    return { ...result, asked: provider.asked };
  }

  test("is new enough", async (context) => {
    skipUnlessInstalled(tool, context);
    const version = await versionOf(tool);
    console.log(`${tool.adapter.title} ${version}`);
    expect(isOlder(version, tool.adapter.minVersion)).toBe(false);
  });

  test("answers, and says what it took", async (context) => {
    skipUnlessInstalled(tool, context);
    const { progress, exitCode, asked } = await ran(() => ANSWER);
    expect(exitCode).toBe(0);
    expect(progress).toMatchObject({
      result: { ok: true, text: "The answer is 42.", cut: false },
      headline: "The answer is 42.",
      tokens: { output: 25, cached: 300 },
      toolCalls: 0,
      ignored: 0,
    });
    expect(progress.tokens.input).toBeGreaterThanOrEqual(1200);
    expect(progress.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(progress.error).toBeUndefined();
    expect(allOf(asked)).toContain("What is six times seven?");
  });

  test("calls a tool, and its answer goes to the model", async (context) => {
    skipUnlessInstalled(tool, context);
    const { progress, events, asked } = await ran(({ afterTool }) => (afterTool ? ANSWER : tool.call), {
      permissionMode: tool.permissionMode,
    });
    expect(progress).toMatchObject({ toolCalls: 1, result: { ok: true, text: "The answer is 42." }, ignored: 0 });
    expect(events).toContainEqual(expect.objectContaining({ type: "tool-call", summary: "seq 4241 4243" }));
    expect(events).toContainEqual(expect.objectContaining({ type: "tool-result", ok: true }));
    expect(allOf(asked)).toContain("4242");
  });

  test("a prompt that is too long for a command line arrives whole", async (context) => {
    skipUnlessInstalled(tool, context);
    const text = `${"A line of a long prompt. ".repeat(20_000)}The last words`;
    const { progress, asked } = await ran(() => ANSWER, { prompt: { path: "", text } });
    expect(progress.result).toMatchObject({ ok: true });
    expect(asked.some(({ body }) => body.length > text.length && body.includes("The last words"))).toBe(true);
  });

  test("reaches its usage limit, and says until when as far as it knows", async (context) => {
    skipUnlessInstalled(tool, context);
    const resetsAt = Math.ceil(Date.now() / 1000) + 7200;
    const { progress, exitCode } = await ran(() => tool.failures.usage(resetsAt));
    expect(exitCode).not.toBe(0);
    expect(progress).toMatchObject({ error: { class: "usage-limit" }, result: { ok: false }, ignored: 0 });
    if (name === "gemini") return;
    expect(Math.abs((progress.error?.resetsAt ?? 0) - resetsAt * 1000)).toBeLessThan(60_000);
  });

  test.for(["overloaded", "auth"] as const)("ends as %s", async (expected, context) => {
    skipUnlessInstalled(tool, context);
    const { progress, exitCode } = await ran(() => tool.failures[expected]);
    expect(exitCode).not.toBe(0);
    expect(progress).toMatchObject({ error: { class: expected }, result: { ok: false }, ignored: 0 });
  });

  test("goes on with a session", async (context) => {
    skipUnlessInstalled(tool, context);
    const home = await makeHome();
    const first = await ran(() => ANSWER, {}, home);
    const prompt = { path: "", text: "And times two?" };
    const second = await ran(() => ({ type: "text", text: "84" }), { prompt, resume: first.progress.sessionId }, home);
    expect(second.progress).toMatchObject({ sessionId: first.progress.sessionId, result: { ok: true, text: "84" } });
    expect(allOf(second.asked)).toContain("What is six times seven?");
    expect(allOf(second.asked)).toContain("And times two?");
  });

  test("says that a session is not there", async (context) => {
    skipUnlessInstalled(tool, context);
    const { progress, asked } = await ran(() => ANSWER, { resume: "00000000-0000-4000-8000-000000000000" });
    expect(progress).toMatchObject({ error: { class: "session-not-found" }, result: { ok: false } });
    expect(asked).toEqual([]);
  });

  test("says that it does not know an option", async (context) => {
    skipUnlessInstalled(tool, context);
    const { progress } = await ran(() => ANSWER, { extraArgs: ["--nosuchoption"] });
    expect(progress).toMatchObject({ error: { class: "tool" }, result: { ok: false } });
    expect(progress.error?.message).toContain("nosuchoption");
  });
});

async function versionOf(tool: Tool): Promise<string> {
  await using provider = await startProvider(() => ANSWER);
  const env = await environmentOf({ tool, provider, home: await makeHome() }, NESTING_VARIABLES);
  const { program, versionArgs, parseVersion } = tool.adapter;
  const { stdout } = spawnSync(program, versionArgs, { env, encoding: "utf8" });
  return parseVersion(stdout) ?? `unknown: ${stdout}`;
}
