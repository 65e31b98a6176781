/** Changing what is asked of the agent of a schedule. */
import { expect, test } from "vitest";
import type { AgentSpec } from "@claudine/protocol";
import { wishAfter } from "./wish-after.ts";

const agent: AgentSpec = {
  choices: [{ agent: "claude", model: "opus" }, { agent: "codex" }],
  textsId: "t",
  promptBytes: 3,
  template: "reviewer",
  budgetUsd: 2,
};
const known = { agent, texts: { id: "t", prompt: "old", systemPrompt: "terse" } };
const own = { agent: "claude", fallback: [{ agent: "codex" }], budgetUsd: 2, prompt: "old", systemPrompt: "terse" };

test.for([
  ["the prompt", { prompt: "new" }, { ...own, model: "opus", prompt: "new" }],
  ["the budget", { budgetUsd: 5 }, { ...own, model: "opus", budgetUsd: 5 }],
  ["the model", { model: "haiku" }, { ...own, model: "haiku" }],
  ["another agent, without the model of this one", { agent: "gemini" }, { ...own, agent: "gemini" }],
  ["all of it by a template", { template: "x", vars: { a: "b" } }, { template: "x", vars: { a: "b" } }],
] as const)("%s", ([, change, after]) => {
  expect(wishAfter(known, change)).toEqual(after);
});

test("where there was a command all of it is new", () => {
  expect(wishAfter(undefined, { prompt: "new" })).toEqual({ prompt: "new" });
});
