/** What each tool is started with; that the tools take it is shown by the suite with the tools themselves. */
import { describe, expect, test } from "vitest";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { cursor } from "./cursor.ts";
import { gemini } from "./gemini.ts";
import { ADAPTERS, isOlder, NESTING_VARIABLES, type AgentAdapter, type AgentRequest } from "./index.ts";

const file = (text: string) => ({ path: `/run/${text.length}.txt`, text });
const prompt = file("Fix the build");
const everything: AgentRequest = {
  prompt,
  model: "opus",
  permissionMode: "plan",
  budgetUsd: 2.5,
  maxTurns: 7,
  systemPrompt: file("Be brief"),
  mcpConfig: "/run/mcp.json",
  jsonSchema: file(`{"type":"object"}`),
  resume: "0a1b",
  takesMessages: true,
  extraArgs: ["--add-dir", "/data"],
};
/** Without what the adapter has nothing for. */
const { budgetUsd: _budget, maxTurns: _turns, mcpConfig: _mcp, takesMessages: _messages, ...common } = everything;
const { systemPrompt: _system, jsonSchema: _schema, ...least } = common;

const cases: ReadonlyArray<readonly [AgentAdapter, AgentRequest, string]> = [
  [claude, { prompt }, "claude -p --output-format=stream-json --verbose"],
  [
    claude,
    everything,
    'claude -p --output-format=stream-json --verbose --input-format=stream-json --replay-user-messages --model=opus --permission-mode=plan --max-budget-usd=2.5 --max-turns=7 --append-system-prompt-file=/run/8.txt --mcp-config=/run/mcp.json --json-schema={"type":"object"} --resume=0a1b --add-dir /data',
  ],
  [codex, { prompt }, "codex exec --json -"],
  [codex, { prompt, permissionMode: "bypass" }, "codex exec --json --dangerously-bypass-approvals-and-sandbox -"],
  [
    codex,
    common,
    `codex exec --json --model=opus -c sandbox_mode="read-only" -c developer_instructions="Be brief" --output-schema=/run/17.txt --add-dir /data resume 0a1b -`,
  ],
  [gemini, { prompt }, "gemini --output-format=stream-json"],
  [gemini, least, "gemini --output-format=stream-json --model=opus --approval-mode=plan --resume=0a1b --add-dir /data"],
  [cursor, { prompt, permissionMode: "bypass" }, "cursor-agent -p --output-format=stream-json --force"],
  [cursor, least, "cursor-agent -p --output-format=stream-json --model=opus --mode=plan --resume=0a1b --add-dir /data"],
];

test.each(cases)("%o", ({ launch, unsupported }, request, expected) => {
  expect(unsupported(request)).toBeUndefined();
  expect(launch(request).argv.join(" ")).toBe(expected);
});

test.each(Object.values(ADAPTERS))(
  "no prompt of $name is among its arguments, and no trace of another agent in its environment",
  (adapter) => {
    const { argv, environment } = adapter.launch(everything);
    expect(argv.join(" ")).not.toContain(prompt.text);
    expect(environment.unset).toEqual(NESTING_VARIABLES);
  },
);

test("a prompt and messages go to claude as lines", () => {
  const { stdin } = claude.launch(everything);
  expect(stdin).toEqual({ type: "lines", first: claude.message(prompt.text) });
  expect(claude.message("two\nlines")).not.toContain("\n");
  expect(claude.launch({ prompt }).stdin).toEqual({ type: "prompt" });
});

describe("what a tool cannot do is said, not dropped", () => {
  test.each([
    [codex, { maxTurns: 3 }, "Codex has nothing for --max-turns"],
    [codex, { budgetUsd: 1 }, "Codex has nothing for --budget"],
    [gemini, { jsonSchema: file("{}") }, "Gemini CLI has nothing for --json-schema"],
    [cursor, { takesMessages: true }, "Cursor Agent has nothing for messages while it runs"],
    [
      cursor,
      { permissionMode: "accept-edits" },
      "Cursor Agent has no permission mode accept-edits; it has default, plan, bypass, ask, force",
    ],
    [
      claude,
      { permissionMode: "yolo" },
      "Claude Code has no permission mode yolo; it has default, accept-edits, plan, bypass, acceptEdits, auto, bypassPermissions, dontAsk",
    ],
    [
      claude,
      { jsonSchema: file("ü".repeat(70_000)) },
      "The JSON schema has 140000 bytes: it goes on the command line, where at most 128000 fit",
    ],
  ] as const)("%o", (adapter, request, expected) => {
    expect(adapter.unsupported({ prompt, ...request })).toBe(expected);
  });

  test("a prompt that the tool would cut or refuse", () => {
    const long = { prompt: file("ü".repeat(4_200_000)) };
    expect(codex.unsupported(long)).toBe("The prompt has 4200000 characters: Codex takes at most 1048576");
    expect(gemini.unsupported(long)).toBe("The prompt has 8400000 bytes: Gemini CLI takes at most 8388608");
    expect(claude.unsupported(long)).toBeUndefined();
  });

  test("every mode that a tool names, it has words for", () => {
    for (const adapter of Object.values(ADAPTERS)) {
      const said = adapter.unsupported({ prompt, permissionMode: "no such" });
      const modes = said?.split("it has ")[1]?.split(", ") ?? [];
      expect(modes.length).toBeGreaterThan(2);
      for (const permissionMode of modes) expect(adapter.unsupported({ prompt, permissionMode })).toBeUndefined();
    }
  });

  test("nothing is bypassed unless it is asked for", () => {
    for (const adapter of Object.values(ADAPTERS)) {
      const { permissionMode: _mode, ...rest } = everything;
      expect(adapter.launch(rest).argv.join(" ")).not.toMatch(/bypass|yolo|force|dangerous/);
    }
  });
});

test.each([
  [claude, "2.1.197 (Claude Code)\n", "2.1.197"],
  [codex, "codex-cli 0.169.0\n", "0.169.0"],
  [gemini, "0.61.0\n", "0.61.0"],
  [cursor, "2026.01.28-fd13201\n", "2026.01.28"],
  [claude, "Segmentation fault", undefined],
] as const)("%o", (adapter, printed, version) => {
  expect(adapter.parseVersion(printed)).toBe(version);
  if (version !== undefined) expect(isOlder(version, adapter.minVersion)).toBe(false);
});

test("versions are compared by their numbers", () => {
  expect(isOlder("2.0.9", "2.0.10")).toBe(true);
  expect(isOlder("2.1.0", "2.0.10")).toBe(false);
  expect(isOlder("1.9.9", "2.0.0")).toBe(true);
  expect(isOlder("2.0.0", "2.0.0")).toBe(false);
});
