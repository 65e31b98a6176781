/** What a wish, a template and the configuration come to together. */
import { expect, test } from "vitest";
import { Config, type AgentWish } from "@claudine/protocol";
import { createRegistry } from "./registry.ts";
import { delegated } from "./wish.ts";

const config = Config.parse({
  agent: {
    use: "claude",
    model: "sonnet",
    maxTurns: 9,
    fallback: ["claude:opus", "mine"],
    custom: { mine: { program: "mine", options: { model: ["-m", "{}"], maxTurns: ["-t", "{}"] } } },
  },
  agents: {
    reviewer: { model: "haiku", prompt: "Review {{ branch }}", fallback: [] },
    other: { agent: "mine", maxTurns: 2 },
  },
});
const ports = { registry: createRegistry(config.agent.custom), defaults: config.agent, templates: config.agents };
const of = (wish: AgentWish) => delegated(ports, wish);

test.for([
  ["nothing but a prompt", {}, ["claude:sonnet", "claude:opus", "mine"], 9],
  ["a model", { model: "opus" }, ["claude:opus", "mine"], 9],
  ["another agent, for which the usual model is not meant", { agent: "mine" }, ["mine", "claude:opus"], 9],
  ["a template with a model", { template: "reviewer", vars: { branch: "x" }, prompt: undefined }, ["claude:haiku"], 9],
  ["a template with another agent", { template: "other" }, ["mine", "claude:opus"], 2],
  ["more than the template says", { template: "other", model: "m", fallback: [], maxTurns: 3 }, ["mine:m"], 3],
] as const)("%s", ([, wish, choices, maxTurns]) => {
  const { agent } = of({ prompt: "Do it", ...wish } as AgentWish);
  expect(agent.choices.map(({ agent: name, model }) => (model === undefined ? name : `${name}:${model}`))).toEqual(
    choices,
  );
  expect(agent.maxTurns).toBe(maxTurns);
});

test("texts are named by what they say, and the list shows a line of them", () => {
  const one = of({ prompt: "  \nFix it\nnow" });
  expect(one).toMatchObject({ headline: "claude: Fix it", agent: { promptBytes: 13, textsId: one.texts.id } });
  expect(of({ prompt: "  \nFix it\nnow" }).texts.id).toBe(one.texts.id);
  expect(of({ prompt: "  \nFix it\nnow", systemPrompt: "x", fallback: [] }).texts.id).not.toBe(one.texts.id);
  expect(of({ prompt: "x".repeat(1000) }).headline.length).toBeLessThan(220);
});

test.for([
  [{ agent: "nobody" }, "Cannot use the agent nobody"],
  [{ fallback: [{ agent: "nobody" }] }, "Cannot use the agent nobody"],
  [{ template: "toString" }, "there is no template toString"],
  [{ template: "reviewer" }, "the template reviewer has a prompt of its own"],
  [{ vars: { a: "b" } }, "variables go with a template"],
  [{ prompt: " \n" }, "the prompt is empty"],
  [{ prompt: "\ud800" }, "half of a character"],
  [{ budgetUsd: 2 }, "mine"],
  [{ jsonSchema: "{" }, "the JSON schema is no JSON"],
  [{ takesMessages: true, prompt: "x".repeat(30_000), fallback: [] }, "the first message of a session has 30000 bytes"],
] as const)("%j is refused", ([wish, words]) => {
  expect(() => of({ prompt: "Do it", ...wish } as AgentWish)).toThrow(words);
});
