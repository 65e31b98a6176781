/** What was recorded from the tools themselves, against a provider on the loopback, is understood. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  ADAPTERS,
  endStream,
  newStream,
  noProgress,
  progressed,
  readStream,
  renderEvents,
  type AgentEnd,
  type AgentEvent,
} from "./index.ts";

const zone = "Europe/Berlin";
/** 2026-11-21, 20:34:44 in Berlin: two hours before the limits of the recordings reset. */
const clock = { nowMs: 1_795_289_684_000, zone };
const twoHoursOn = clock.nowMs + 7_200_000;

function played(name: string, scenario: string, end: AgentEnd = { exitCode: 1, stderr: "" }): AgentEvent[] {
  const adapter = ADAPTERS[name]!;
  const output = readFileSync(join(import.meta.dirname, "../recorded", name, `${scenario}.jsonl`), "utf8");
  const step = readStream(newStream, output, { adapter, clock });
  return [...step.events, ...endStream(step.state, end, { adapter, clock }).events];
}

function progressOf(name: string, scenario: string) {
  return played(name, scenario).reduce(progressed, noProgress);
}

const ANSWER = { ok: true, text: "The answer is 42.", cut: false };
const FIRST_ID = "00000000-0000-4000-8000-000000000001";

describe("claude", () => {
  test("an answer, with what it took", () => {
    expect(progressOf("claude", "ok")).toMatchObject({
      sessionId: FIRST_ID,
      model: "claude-opus-4-8[1m]",
      headline: "The answer is 42.",
      toolCalls: 0,
      turns: 1,
      tokens: { input: 1500, output: 25, cached: 300 },
      result: ANSWER,
      ignored: 0,
    });
    expect(progressOf("claude", "ok").costUsd).toBeCloseTo(0.006775);
  });

  test("a call of a tool, read as a conversation", () => {
    expect(progressOf("claude", "tool")).toMatchObject({ toolCalls: 1, turns: 2, tokens: { input: 3000, output: 50 } });
    expect(renderEvents(played("claude", "tool")).map(({ text }) => text)).toEqual([
      `- session ${FIRST_ID}, claude-opus-4-8[1m]`,
      "* Bash: echo hello",
      "  = hello",
      "The answer is 42.",
    ]);
  });

  test("a usage limit, to the second when it resets", () => {
    const progress = progressOf("claude", "usage");
    expect(progress.error).toEqual({
      class: "usage-limit",
      message: "You've hit your session limit · resets 10:34pm (Europe/Berlin)",
      resetsAt: twoHoursOn,
    });
    expect(progress.quota).toEqual({ name: "five hour", state: "reached", resetsAt: twoHoursOn });
    expect(progress.result).toMatchObject({ ok: false });
  });

  test.each([
    ["rate", "rate-limit"],
    ["retried", "rate-limit"],
    ["overloaded", "overloaded"],
    ["auth", "auth"],
    ["max-turns", "max-turns"],
    ["budget", "budget"],
  ])("%s ends as %s, told once", (scenario, expected) => {
    const errors = played("claude", scenario).filter((event) => event.type === "error");
    expect(errors.map(({ error }) => error.class)).toEqual([expected]);
    expect(progressOf("claude", scenario)).toMatchObject({ result: { ok: false }, ignored: 0 });
  });

  test("what it tried and failed at first is told too", () => {
    expect(played("claude", "overloaded")).toContainEqual(
      expect.objectContaining({ type: "retrying", error: { class: "overloaded", message: "overloaded (529)" } }),
    );
  });

  test("a message sent to it is part of the conversation", () => {
    expect(played("claude", "messages")).toContainEqual({ type: "user", text: "What is the answer?" });
  });
});

describe("codex", () => {
  test("an answer, with what it took", () => {
    expect(progressOf("codex", "ok")).toMatchObject({
      sessionId: FIRST_ID,
      tokens: { input: 1200, output: 25, cached: 300 },
      result: ANSWER,
    });
  });

  test("counts of a resumed session are those of the whole session", () => {
    expect(progressOf("codex", "resume")).toMatchObject({ tokens: { input: 2400, output: 50 }, wholeSession: true });
  });

  test("a command without the shell around it", () => {
    expect(renderEvents(played("codex", "tool")).map(({ text }) => text)).toEqual([
      `- session ${FIRST_ID}`,
      "* shell: echo hello",
      "  = hello",
      "The answer is 42.",
    ]);
  });

  test.each([
    ["usage", "usage-limit"],
    ["rate", "rate-limit"],
    ["overloaded", "overloaded"],
    ["auth", "auth"],
  ])("%s ends as %s, told once", (scenario, expected) => {
    const errors = played("codex", scenario).filter((event) => event.type === "error");
    expect(errors.map(({ error }) => error.class)).toEqual([expected]);
    expect(progressOf("codex", scenario)).toMatchObject({ result: { ok: false }, ignored: 0 });
  });

  test("a usage limit, to the minute when it resets", () => {
    expect(progressOf("codex", "usage").error?.resetsAt).toBe(twoHoursOn - 44_000);
  });
});

describe("gemini", () => {
  test("an answer, with what it took, its thoughts included", () => {
    expect(progressOf("gemini", "ok")).toMatchObject({
      sessionId: FIRST_ID,
      tokens: { input: 1200, output: 25, cached: 300 },
      result: ANSWER,
    });
  });

  test("a tool that it does not have", () => {
    expect(played("gemini", "tool")).toContainEqual(expect.objectContaining({ type: "tool-result", ok: false }));
    expect(progressOf("gemini", "tool")).toMatchObject({ toolCalls: 1, result: ANSWER });
  });

  test.each([
    ["auth", "auth", "API key not valid. Please pass a valid API key."],
    ["quota", "usage-limit", "You have exhausted your daily quota on this model."],
  ])("%s ends as %s, in the provider's words", (scenario, expected, message) => {
    expect(progressOf("gemini", scenario)).toMatchObject({
      error: { class: expected, message },
      result: { ok: false },
    });
  });
});

describe("what is said on standard error only", () => {
  const noise = "WARNING: proceeding, even though we could not create PATH aliases\n";
  test.each([
    ["claude", "error: unknown option '--no-such-option'\n", "tool"],
    ["claude", `No conversation found with session ID: ${FIRST_ID}\n`, "session-not-found"],
    [
      "codex",
      `${noise}Error: thread/resume: thread/resume failed: no rollout found for thread id ${FIRST_ID} (code -32600)\n`,
      "session-not-found",
    ],
    ["codex", `${noise}error: unexpected argument '--nosuch' found\n\n  tip: to pass '--nosuch' as a value\n`, "tool"],
    [
      "gemini",
      `Error resuming session: Invalid session identifier "${FIRST_ID}".\n  Searched for sessions\n`,
      "session-not-found",
    ],
    ["gemini", "Error resuming session: No previous sessions found for this project.\n", "session-not-found"],
    ["gemini", "Warning: 256-color support not detected.\nInvalid auth method selected.\n", "auth"],
    [
      "cursor",
      "Error: You've hit your usage limit\n  Your usage limits will reset when your monthly cycle ends on 12/17/2026.\n",
      "usage-limit",
    ],
  ])("%s: %j", (name, stderr, expected) => {
    const adapter = ADAPTERS[name]!;
    const { events } = endStream(newStream, { exitCode: 1, stderr }, { adapter, clock });
    expect(events.reduce(progressed, noProgress)).toMatchObject({ error: { class: expected }, result: { ok: false } });
  });

  test.each([
    ["You've hit your usage limit, resets 10:34pm\n", "usage-limit"],
    ["Warning: slow\nWrote 3 files\n", "tool"],
  ])("by a tool that exits as if all were well: %j", (stderr, expected) => {
    const { events } = endStream(newStream, { exitCode: 0, stderr }, { adapter: ADAPTERS["codex"]!, clock });
    expect(events.reduce(progressed, noProgress)).toMatchObject({ error: { class: expected }, result: { ok: false } });
  });

  test.each([undefined, 130, 143])("nothing is made up about a process that a signal ended (exit %s)", (exitCode) => {
    const adapter = ADAPTERS["claude"]!;
    expect(endStream(newStream, { exitCode, stderr: "Warning: slow\n" }, { adapter, clock }).events).toEqual([]);
  });
});
