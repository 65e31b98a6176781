import { noProgress, type AgentProgress } from "@claudine/agents";
import type { Run } from "@claudine/protocol";
import { NO_USAGE, noAgentFacts } from "@claudine/protocol";
import { expect, test } from "vitest";
import { countedBefore, spentOf } from "./facts.ts";

const progress = (change: Partial<AgentProgress>): AgentProgress => ({ ...noProgress, ...change });

function run(attempt: number, sessionId: string, [input, output, cached]: [number, number, number]): Run {
  const agent = { ...noAgentFacts({ agent: "codex" }), result: null, sessionId, tokens: { input, output, cached } };
  const times = { startedAt: 1, finishedAt: 2 };
  return { attempt, ...times, state: "failed", outcome: { kind: "exited", exitCode: 1 }, usage: NO_USAGE, agent };
}

test("what came from a cache counts for nothing, as it is hardly paid for", () => {
  expect(spentOf(progress({ tokens: { input: 100, output: 20, cached: 60 }, costUsd: 0.5 }), undefined)).toEqual({
    usd: 0.5,
    tokens: 60,
  });
});

test("a tool that tells no cost has spent none, and counts that make no sense are never negative", () => {
  expect(spentOf(progress({ tokens: { input: 10, output: 2, cached: 600 } }), undefined)).toEqual({
    usd: 0,
    tokens: 2,
  });
});

test("of a session that is counted over all of its runs only what came since", () => {
  const before = countedBefore(
    [run(1, "s", [30, 5, 10]), run(2, "other", [500, 500, 500]), run(3, "s", [0, 0, 0]), run(4, "s", [60, 9, 20])],
    { sessionId: "s", attempt: 4 },
  );
  expect(before).toEqual({ input: 30, output: 5, cached: 10 });
  expect(spentOf(progress({ tokens: { input: 60, output: 9, cached: 20 } }), before)).toEqual({ usd: 0, tokens: 24 });
  expect(spentOf(progress({ tokens: { input: 0, output: 0, cached: 0 } }), before)).toEqual({ usd: 0, tokens: 0 });
});
