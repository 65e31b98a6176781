/** The part of the configuration that is about coding agents. */
import * as z from "zod";
import { AgentName, AgentWish, PROMPT_BYTES_MAX } from "./agent.ts";
import { AtBudget, Budget } from "./budget.ts";
import { Duration, OFF, Tokens } from "./config-values.ts";

const Choices = z
  .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(:.+)?$/, "expected an agent as claude, or claude:opus"))
  .max(10);

const Words = z.array(z.string().max(10_000)).max(100).optional();
const JsonPath = z.string().min(1).max(1000).optional();

/** A tool that is not built in. */
const CustomAgent = z.strictObject({
  program: z.string().min(1).max(4096).describe("Looked up on the task's PATH"),
  args: Words.describe("Before the options; `{prompt}` is the path of a file that has the prompt"),
  options: z
    .strictObject({
      model: Words,
      permissionMode: Words,
      budgetUsd: Words,
      maxTurns: Words,
      systemPrompt: Words,
      mcpConfig: Words,
      jsonSchema: Words,
      resume: Words,
    })
    .optional()
    .describe("The words for what is asked, as `model: [--model, '{}']`; what is not named cannot be asked of it"),
  prompt: z.enum(["stdin", "file"]).optional().describe("`stdin` unless said"),
  output: z.enum(["text", "claude-stream-json", "jsonl"]).optional().describe("`text`: all of it is the answer"),
  paths: z
    .strictObject({
      session: JsonPath,
      model: JsonPath,
      text: JsonPath,
      toolName: JsonPath,
      toolInput: JsonPath,
      result: JsonPath,
      error: JsonPath,
      inputTokens: JsonPath,
      outputTokens: JsonPath,
      costUsd: JsonPath,
    })
    .optional()
    .describe("Where in a line of `jsonl` things are, as `item.text`"),
  versionArgs: Words,
  minVersion: z.string().max(100).optional(),
  environment: z.record(z.string(), z.string()).optional(),
});

const ConfiguredBudget = (who: string) =>
  z.strictObject({
    usd: Budget.shape.usd.describe(`How many US dollars ${who} may cost`),
    tokens: Tokens.optional().describe(`How many tokens ${who} may use, as \`5M\`; those from a cache do not count`),
  });

const Budgets = z
  .strictObject({
    task: ConfiguredBudget("all runs of a task together, unless it says otherwise,").optional(),
    day: ConfiguredBudget("all agents together on a calendar day").optional(),
    atLimit: AtBudget.default("finish").describe(
      "What becomes of runs when a budget is used up: they finish; they are held, which ends each at its next turn and goes on in its session when the budget allows it; or they are ended and have failed",
    ),
  })
  .prefault({});

/** What agents do unless it is said otherwise. */
export const AgentDefaults = z
  .strictObject({
    use: AgentName.default("claude").describe("The agent of `claudine agent` unless one is named"),
    model: AgentWish.shape.model.describe("Its model; its own default unless given"),
    permissionMode: AgentWish.shape.permissionMode.describe(
      "`default`, `accept-edits`, `plan`, `bypass`, or a word of the tool's own; as the tool does by itself unless given",
    ),
    budget: AgentWish.shape.budgetUsd.describe("In US dollars, for each run"),
    budgets: Budgets,
    maxTurns: AgentWish.shape.maxTurns.describe("Of the model, for each run"),
    fallback: Choices.default([]).describe(
      "Tried one after the other when an agent is overloaded or out of quota, as `[claude:opus, codex]`",
    ),
    timeout: z
      .union([OFF, Duration("30m", { min: "1s", max: "3650d" })])
      .default(1_800_000)
      .meta({ unit: "duration", fallback: "30m" })
      .describe("How long a run may take unless the task says it"),
    quietAfter: z
      .union([OFF, Duration("10m", { min: "1s", max: "3650d" })])
      .default(600_000)
      .meta({ unit: "duration", fallback: "10m" })
      .describe("A run that writes nothing for so long is shown as needing attention"),
    endQuietAfter: z
      .union([OFF, Duration("1h", { min: "1s", max: "3650d" })])
      .default("off")
      .meta({ unit: "duration", fallback: "off" })
      .describe("A run that writes nothing for so long is ended, SIGTERM first"),
    endLingeringAfter: z
      .union([OFF, Duration("2m", { min: "1s", max: "3650d" })])
      .default(120_000)
      .meta({ unit: "duration", fallback: "2m" })
      .describe("A run that goes on so long after its final answer is ended, SIGTERM first"),
    onAttention: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A shell command that runs when a run comes to need attention, with `CLAUDINE_ATTENTION` and the others of a `callback` in its environment",
      ),
    custom: z.record(AgentName, CustomAgent).default({}).describe("Agents that are not built in, by their names"),
  })
  .prefault({});
export type AgentDefaults = z.infer<typeof AgentDefaults>;

/** A preset for `claudine agent -t NAME`. */
const AgentTemplate = AgentWish.omit({ template: true, vars: true, fallback: true, budgetUsd: true }).extend({
  prompt: z.string().min(1).max(PROMPT_BYTES_MAX).optional().describe("May hold `{{ name }}` for `--var name=…`"),
  budget: AgentWish.shape.budgetUsd,
  fallback: Choices.optional(),
});
export type AgentTemplate = z.infer<typeof AgentTemplate>;

export const AgentTemplates = z
  .record(AgentName, AgentTemplate)
  .default({})
  .describe("Presets for `claudine agent -t NAME`, as `reviewer: {model: opus, prompt: 'Review {{ branch }}'}`");
