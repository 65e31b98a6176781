/** Streams after the tools' documentation, for what the loopback does not bring about. */
import { describe, expect, test } from "vitest";
import { ADAPTERS, endStream, newStream, noProgress, progressed, readStream, renderEvents } from "./index.ts";

const clock = { nowMs: 1_795_289_684_000, zone: "Europe/Berlin" };

function played(name: string, lines: readonly unknown[]) {
  const context = { adapter: ADAPTERS[name]!, clock };
  const step = readStream(newStream, lines.map((line) => `${JSON.stringify(line)}\n`).join(""), context);
  const last = endStream(step.state, { exitCode: 0, stderr: "" }, context);
  const events = [...step.events, ...last.events];
  return {
    events,
    progress: events.reduce(progressed, noProgress),
    shown: renderEvents(events).map(({ text }) => text),
  };
}

describe("claude", () => {
  const said = (id: string, content: unknown, parent: string | null = null) => ({
    type: "assistant",
    parent_tool_use_id: parent,
    message: { id, content: [content], usage: { input_tokens: 10, output_tokens: 2 } },
  });
  const done = { type: "result", subtype: "success", is_error: false, result: "Done" };

  test("the parts of one message are counted once, and what a helper says is not the answer", () => {
    const { progress } = played("claude", [
      said("m1", { type: "thinking", thinking: "Hm" }),
      said("m1", { type: "text", text: "I ask a helper" }),
      said("m1", { type: "tool_use", id: "t1", name: "Task", input: { description: "Search" } }),
      said("h1", { type: "text", text: "I am the helper" }, "t1"),
      { ...done, result: undefined },
    ]);
    expect(progress).toMatchObject({ turns: 1, toolCalls: 1, tokens: { input: 20, output: 4 } });
    expect(progress.result).toMatchObject({ ok: true, text: "I ask a helper" });
  });

  test("what it was not allowed is for a person to see, though it ended well", () => {
    const denials = [{ tool_name: "Bash", tool_use_id: "t1", tool_input: { command: "rm -r build" } }];
    const { progress } = played("claude", [{ ...done, permission_denials: denials }]);
    expect(progress).toMatchObject({ result: { ok: true }, attention: "permission was denied for Bash (rm -r build)" });
  });

  test("an answer by a schema", () => {
    const { progress } = played("claude", [{ ...done, structured_output: { passed: 3 } }]);
    expect(progress.result?.structured).toBe(`{"passed":3}`);
  });

  test("a limit that is near is told, and ends nothing", () => {
    const info = { status: "allowed_warning", resetsAt: 1_795_300_000, rateLimitType: "seven_day", utilization: 0.9 };
    const { progress } = played("claude", [{ type: "rate_limit_event", rate_limit_info: info }, done]);
    expect(progress.quota).toEqual({ name: "seven day", state: "near", resetsAt: 1_795_300_000_000 });
    expect(progress.error).toBeUndefined();
  });

  test("a second message goes on after the first result", () => {
    const asked = { type: "user", isReplay: true, message: { role: "user", content: "And now?" } };
    const { events, progress } = played("claude", [done, asked, said("m2", { type: "text", text: "More" })]);
    expect(events.filter(({ type }) => type === "result")).toHaveLength(2);
    expect(progress).toMatchObject({
      result: { ok: false },
      error: { class: "tool", message: "It ended without a result" },
    });
  });

  test("a session that is not there", () => {
    const errors = ["No conversation found with session ID: 00000000-0000-4000-8000-000000000000"];
    const { progress } = played("claude", [
      { type: "result", subtype: "error_during_execution", is_error: true, num_turns: 0, errors },
    ]);
    expect(progress).toMatchObject({
      error: { class: "session-not-found", message: errors[0] },
      result: { ok: false },
    });
  });

  test("a limit that it calls a success is one", () => {
    const text = "Claude AI usage limit reached|1795300000";
    const limit = { ...said("m1", { type: "text", text }), error: "rate_limit" };
    const { progress } = played("claude", [limit, { ...done, result: text }]);
    expect(progress).toMatchObject({ result: { ok: false }, error: { class: "usage-limit" } });
    const after = played("claude", [limit, said("m2", { type: "text", text: "Now" }), done]);
    expect(after.progress).toMatchObject({ result: { ok: true }, error: undefined });
  });

  test("that it waits for its provider is what it does now, and nothing for a person", () => {
    const { events } = played("claude", [{ type: "system", subtype: "api_retry", error_status: 529 }]);
    const progress = events.slice(0, 1).reduce(progressed, noProgress);
    expect(progress).toMatchObject({ headline: "waits: unknown (529)" });
    expect(progress.attention).toBeUndefined();
  });

  test("counts are whole numbers whatever it says", () => {
    expect(played("claude", [{ ...done, num_turns: 2.5 }]).progress.turns).toBe(2);
    const most = [{ ...done, num_turns: Number.MAX_SAFE_INTEGER }, said("m1", { type: "text", text: "More" })];
    expect(played("claude", most).progress.turns).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each([
    ["TypeError: x is not a function at run (/app/cli.js:429:10)", "unknown"],
    ["TypeError: x is not a function at run (/app/cli.js:12:429)", "unknown"],
    ["panic at main.go:503 +0x1d", "unknown"],
    ['File "main.py", line 429, in run', "unknown"],
    ["EDQUOT: disk quota exceeded, write", "unknown"],
    ["You have exceeded your disk quota", "unknown"],
    ["memory usage limit of the group", "unknown"],
    ["It could not generate limits.json", "unknown"],
    ['{"code":429}', "rate-limit"],
    ["HTTP 429: slow down", "rate-limit"],
    ["litellm.RateLimitError: slow down", "rate-limit"],
    ["RATE_LIMIT_EXCEEDED", "rate-limit"],
    ["got status 503", "overloaded"],
    ["5-hour limit reached ∙ resets 3pm", "usage-limit"],
    ["Opus weekly limit reached ∙ resets Oct 5 at 3pm", "usage-limit"],
    ["Resource has been exhausted (e.g. check quota).", "rate-limit"],
    ["context window limit reached", "refused"],
    ["Quota exceeded for the model", "usage-limit"],
    ["API Error: Connection error.", "overloaded"],
    ["Prompt is too long", "refused"],
    ["Credit balance is too low", "usage-limit"],
    ["You're out of usage credits", "usage-limit"],
    ["--dangerously-skip-permissions cannot be used with root/sudo privileges", "permission"],
    ["It is Tuesday", "unknown"],
  ])("%s is an error of the class %s", (text, expected) => {
    const { progress } = played("claude", [{ ...done, is_error: true, result: text }]);
    expect(progress.error?.class).toBe(expected);
  });

  test("kinds of lines that are not known are counted", () => {
    expect(played("claude", [{ type: "hologram" }, { type: "tool_progress" }, done]).progress.ignored).toBe(1);
  });
});

describe("codex", () => {
  const item = (type: string, rest: object) => ({ type: "item.completed", item: { id: "item_1", type, ...rest } });

  test("changes of files, calls of servers and searches are calls of tools", () => {
    const { shown, progress } = played("codex", [
      item("file_change", {
        changes: [
          { path: "a.ts", kind: "update" },
          { path: "b.ts", kind: "add" },
        ],
        status: "completed",
      }),
      item("mcp_tool_call", {
        server: "git",
        tool: "log",
        arguments: { path: "src" },
        error: { message: "no repository" },
        status: "failed",
      }),
      item("web_search", { query: "flags of tar" }),
      item("command_execution", { command: "bash -lc false", aggregated_output: "", exit_code: 1, status: "failed" }),
      item("todo_list", { items: [] }),
    ]);
    expect(progress).toMatchObject({ toolCalls: 4, ignored: 0 });
    expect(shown.slice(0, 6)).toEqual([
      "* edit: a.ts, b.ts",
      "* git.log: src",
      "  ! no repository",
      "* search: flags of tar",
      "* shell: false",
      "  ! exit 1",
    ]);
  });

  test("an answer by a schema", () => {
    const { progress } = played("codex", [
      item("agent_message", { text: `{"passed":3}` }),
      { type: "turn.completed", usage: {} },
    ]);
    expect(progress.result).toMatchObject({ ok: true, structured: `{"passed":3}` });
  });

  test("a question that nobody can answer", () => {
    expect(played("codex", [{ type: "request_user_input" }]).shown).toContain(
      "? it asks a question, and nobody can answer it",
    );
  });
});

describe("gemini", () => {
  const piece = (content: string) => ({ type: "message", role: "assistant", content, delta: true });

  test("pieces are one text, and what comes before a tool is not the answer", () => {
    const { shown, progress } = played("gemini", [
      { type: "message", role: "user", content: "Fix it" },
      piece("I lo"),
      piece("ok"),
      { type: "tool_use", tool_name: "read_file", tool_id: "1", parameters: { file_path: "a.ts" } },
      { type: "tool_result", tool_id: "1", status: "success", output: "42 lines" },
      piece("It is "),
      piece("fixed"),
      { type: "result", status: "success", stats: {} },
    ]);
    expect(shown).toEqual(["> Fix it", "I look", "* read_file: a.ts", "  = 42 lines", "It is fixed"]);
    expect(progress.result).toMatchObject({ ok: true, text: "It is fixed" });
  });

  test("an error that is told before the result is the reason", () => {
    const { progress } = played("gemini", [
      { type: "error", severity: "warning", message: "Loop detected, stopping execution" },
      { type: "error", severity: "error", message: "Maximum session turns exceeded" },
      { type: "result", status: "error", stats: {} },
    ]);
    expect(progress).toMatchObject({ error: { class: "max-turns" }, result: { ok: false } });
  });
});

describe("cursor", () => {
  const call = (subtype: string, tool_call: object) => ({ type: "tool_call", subtype, call_id: "c1", tool_call });
  const text = (words: string) => ({
    type: "assistant",
    message: { role: "assistant", content: [{ type: "text", text: words }] },
  });
  const done = {
    type: "result",
    subtype: "success",
    is_error: false,
    result: "I look.It is fixed.",
    usage: { inputTokens: 5, outputTokens: 3, cacheReadTokens: 2 },
  };

  test("a conversation", () => {
    const { shown, progress } = played("cursor", [
      { type: "system", subtype: "init", session_id: "s-42", model: "GPT-5", cwd: "/work" },
      { type: "user", message: { role: "user", content: [{ type: "text", text: "Fix it" }] } },
      { type: "thinking", subtype: "delta", text: "Hm" },
      { type: "thinking", subtype: "completed" },
      text("I look."),
      call("started", { readToolCall: { args: { path: "a.ts" } } }),
      call("completed", { readToolCall: { args: {}, result: { success: { content: "x" } } } }),
      call("started", { shellToolCall: { args: { command: "make" } } }),
      call("completed", { shellToolCall: { result: { rejected: { reason: "not allowed" } } } }),
      call("started", { function: { name: "lint", arguments: `{"a":1}` } }),
      text("It is fixed."),
      done,
    ]);
    expect(shown).toEqual([
      "- session s-42, GPT-5",
      "> Fix it",
      "~ Hm",
      "I look.",
      "* read: a.ts",
      "* shell: make",
      "  ! not allowed",
      `* lint: {"a":1}`,
      "It is fixed.",
    ]);
    expect(progress).toMatchObject({
      sessionId: "s-42",
      toolCalls: 3,
      tokens: { input: 7, output: 3, cached: 2 },
      result: { ok: true, text: "It is fixed." },
    });
  });
});
