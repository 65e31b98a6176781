/** Whatever an agent writes: nothing throws, and what is kept stays small. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ADAPTERS,
  customAgent,
  endStream,
  MAX_LINE_CHARS,
  MAX_RESULT_CHARS,
  newStream,
  noProgress,
  progressed,
  readStream,
  renderEvents,
  type AgentAdapter,
} from "./index.ts";

const clock = { nowMs: 1_795_289_684_000, zone: "Europe/Berlin" };
const jsonl = customAgent("mine", {
  program: "mine",
  output: "jsonl",
  paths: { session: "id", text: "message.content", toolName: "item.type", error: "error.message", costUsd: "usage.x" },
});
const adapters: readonly AgentAdapter[] = [...Object.values(ADAPTERS), customAgent("text", { program: "text" }), jsonl];

/** Words that the parsers look for, so that strange values land where they are read. */
const TYPES =
  "system assistant user result rate_limit_event thread.started turn.completed turn.failed item.started item.completed error init message tool_use tool_result tool_call thinking".split(
    " ",
  );
const NAMES =
  "type subtype message content usage item error errors result text id stats session_id input tool_call modelUsage permission_denials rate_limit_info status resetsAt input_tokens total_cost_usd num_turns __proto__ constructor call_id role delta is_error".split(
    " ",
  );
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      ...TYPES,
      "init",
      "success",
      "completed",
      "tool_use",
      "text",
      "429",
      "-1",
      "1e400",
      "resets 2pm (X)",
    ),
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.constantFrom(null, true, false, -1, 1e308),
    fc.array(tie("any"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom(...NAMES), tie("any"), { maxKeys: 6 }),
}));
const message = fc
  .tuple(fc.constantFrom(...TYPES), value.object)
  .map(([type, rest]) => JSON.stringify({ ...(rest as object), type }));
const line = fc.oneof({ weight: 8, arbitrary: message }, fc.string({ unit: "binary" }), fc.json());

function play(adapter: AgentAdapter, pieces: readonly string[]) {
  const context = { adapter, clock };
  let state = newStream;
  let progress = noProgress;
  const events = [];
  for (const piece of pieces) {
    const step = readStream(state, piece, context);
    state = step.state;
    events.push(...step.events);
    progress = step.events.reduce(progressed, progress);
  }
  const last = endStream(state, { exitCode: 1, stderr: "went wrong" }, context);
  return { events: [...events, ...last.events], progress: last.events.reduce(progressed, progress), state: last.state };
}

describe.each(adapters.map((adapter) => ({ name: adapter.name, adapter })))("$name", ({ adapter }) => {
  test("any lines, cut anywhere, give the same events and a progress that is JSON", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), (lines, size) => {
        const all = `${lines.join("\n")}\n`;
        const pieces = all.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
        const whole = play(adapter, [all]);
        expect(play(adapter, pieces)).toEqual(whole);
        expect(JSON.stringify(whole.progress).isWellFormed()).toBe(true);
        expect(renderEvents(whole.events).every(({ text }) => !text.includes("\n"))).toBe(true);
        expect(whole.progress.tokens.input).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });

  test("a line of 100 MB costs one event", () => {
    const piece = "x".repeat(MAX_LINE_CHARS / 4);
    const pieces = Array.from({ length: 27 }, () => piece);
    const { events, state } = play(adapter, [`{"type":"`, ...pieces, "\n"]);
    expect(events.filter(({ type }) => type === "ignored")).toHaveLength(1);
    expect(state.rest).toBe("");
  });

  test("JSON as deep as a line can be", () => {
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const object = `{"type":"result","subtype":"success","structured_output":${deep},"result":${deep},"item":${deep},"message":{"content":${deep}}}\n`;
    expect(JSON.stringify(play(adapter, [object]).progress).length).toBeLessThan(MAX_RESULT_CHARS + 10_000);
  });

  test("however long it talks, the progress stays small", () => {
    const talk = TYPES.flatMap((type) => {
      const text = "é😀 word ".repeat(4000);
      const item = { id: text, type: "agent_message", text, command: text };
      const parts = [
        { type: "text", text },
        { type: "tool_use", id: text, name: text, input: { command: text } },
      ];
      const rest = { item, session_id: text, thread_id: text, model: text, content: text, error: { message: text } };
      return [
        JSON.stringify({
          type,
          ...rest,
          role: "assistant",
          status: "error",
          subtype: "init",
          result: text,
          message: { id: text, content: parts },
        }),
      ];
    });
    const { progress, state } = play(
      adapter,
      Array.from({ length: 3 }, () => `${talk.join("\n")}\n`),
    );
    expect(JSON.stringify(progress).length).toBeLessThan(150_000);
    expect(JSON.stringify(state).length).toBeLessThan(3_000_000);
  });
});

test.for([
  ["3f0e8d52-6e1c-4f6b-9d7a-0b1c2d3e4f50", true],
  ["ses_01/AB.c:d+e=@~", true],
  ["--dangerously-skip-permissions", false],
  ["a\nb", false],
  ["a b", false],
  ["\u001b]0;x\u0007", false],
  ["", false],
  ["x".repeat(201), false],
] as const)("a session id that is to be a word of a command line: %j", ([id, isOne]) => {
  expect(progressed(noProgress, { type: "session", id, model: undefined }).sessionId).toBe(isOne ? id : undefined);
});
