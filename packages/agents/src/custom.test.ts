/** Agents that are declared in the configuration. */
import { describe, expect, test } from "vitest";
import { customAgent, wrongCustom, type CustomAgent } from "./custom.ts";
import { endStream, newStream, noProgress, progressed, readStream } from "./index.ts";

const clock = { nowMs: 0, zone: "UTC" };
const prompt = { path: "/run/prompt.txt", text: "Fix the build" };
const aider: CustomAgent = {
  program: "aider",
  args: ["--yes", "--message-file", "{prompt}"],
  options: { model: ["--model", "{}"], resume: ["--restore={}"], systemPrompt: ["--read", "{path}"] },
  prompt: "file",
};

function played(declared: CustomAgent, output: string, exitCode = 0) {
  const context = { adapter: customAgent("mine", declared), clock };
  const step = readStream(newStream, output, context);
  const last = endStream(step.state, { exitCode, stderr: "fatal: no model\n" }, context);
  const events = [...step.events, ...last.events];
  return { events, progress: events.reduce(progressed, noProgress) };
}

test("its words are put in, and only its", () => {
  const { launch, unsupported } = customAgent("aider", aider);
  const request = {
    prompt,
    model: "o3",
    resume: "a {} b",
    systemPrompt: { path: "/run/system.txt", text: "Be brief" },
  };
  expect(unsupported(request)).toBeUndefined();
  expect(launch(request)).toMatchObject({
    argv: [
      "aider",
      "--yes",
      "--message-file",
      "/run/prompt.txt",
      "--model",
      "o3",
      "--read",
      "/run/system.txt",
      "--restore=a {} b",
    ],
    stdin: { type: "nothing" },
  });
  expect(unsupported({ prompt, maxTurns: 3 })).toBe("Agent aider declares no words for maxTurns among its options");
  expect(unsupported({ prompt, permissionMode: "default" })).toBeUndefined();
});

test("plain text is the answer, when it ends well", () => {
  const { progress } = played({ program: "mine" }, "Looking\n\nAll is fixed.");
  expect(progress).toMatchObject({ headline: "All is fixed.", result: { ok: true, text: "Looking\n\nAll is fixed." } });
});

test("a bad end is said in the words of standard error", () => {
  const { progress } = played({ program: "mine" }, "Looking\n", 2);
  expect(progress).toMatchObject({ error: { class: "tool", message: "fatal: no model" }, result: { ok: false } });
});

test("a limit that it tells where others answer is one", () => {
  const told = "Looking\nUsage limit reached, resets 14:00\n";
  const context = { adapter: customAgent("mine", { program: "mine" }), clock };
  const step = readStream(newStream, told, context);
  const last = endStream(step.state, { exitCode: 1, stderr: "\n" }, context);
  const progress = [...step.events, ...last.events].reduce(progressed, noProgress);
  expect(progress).toMatchObject({
    error: { class: "usage-limit", message: "Usage limit reached, resets 14:00", resetsAt: 14 * 3_600_000 },
    result: { ok: false },
  });
});

test("JSON lines are read by their paths", () => {
  const declared: CustomAgent = {
    program: "mine",
    output: "jsonl",
    paths: {
      session: "session.id",
      text: "say",
      toolName: "tool.name",
      toolInput: "tool.input",
      result: "final",
      error: "oops.message",
      inputTokens: "used.in",
      outputTokens: "used.out",
      costUsd: "used.usd",
    },
  };
  const lines = [
    `{"session":{"id":"s1"}}`,
    `{"say":"Looking"}`,
    `{"tool":{"name":"grep","input":{"pattern":"TODO"}},"used":{"in":10,"out":"5","usd":0.25}}`,
    `{"other":1}`,
    `{"used":{"in":10,"out":5,"usd":0.25},"final":"Done"}`,
  ];
  expect(played(declared, `${lines.join("\n")}\n`).progress).toMatchObject({
    sessionId: "s1",
    headline: "grep: TODO",
    toolCalls: 1,
    tokens: { input: 20, output: 10 },
    costUsd: 0.5,
    result: { ok: true, text: "Done" },
    ignored: 1,
  });
  const failed = played(declared, `{"oops":{"message":"Rate limit reached, try again in 20s"}}\n`, 1);
  expect(failed.progress.error).toMatchObject({ class: "rate-limit", resetsAt: 20_000 });
});

test("a tool that speaks as claude does is read as claude is", () => {
  const line = `{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"Hello"}]}}`;
  const { progress } = played({ program: "mine", output: "claude-stream-json" }, `${line}\n`);
  expect(progress).toMatchObject({ headline: "Hello", turns: 1, result: { ok: false } });
});

describe("declarations that cannot be meant", () => {
  test.each([
    [{ program: " " }, "Agent mine names no program"],
    [{ program: "x", prompt: "file" }, "Agent mine takes the prompt from a file, but no {prompt} is among its args"],
    [{ program: "x", args: ["{prompt}"] }, `Agent mine has {prompt} among its args, so its prompt must be "file"`],
    [{ program: "x", output: "jsonl" }, "Agent mine writes jsonl, but its paths name nothing in it"],
    [{ program: "x", paths: { text: "a" } }, `Agent mine has paths, so its output must be "jsonl"`],
    [{ program: "x", minVersion: "two" }, `Agent mine wants version "two": write it like 1.2.3`],
  ] as const)("%j", (declared, expected) => {
    expect(wrongCustom("mine", declared)).toBe(expected);
  });

  test("and one that can", () => {
    expect(wrongCustom("aider", aider)).toBeUndefined();
  });
});
