/** `claudine agent`: hands a prompt to a coding agent. */
import type { Command, Input, Io } from "../command.ts";
import { delegateTask } from "../agents/delegate.ts";
import { flag, number } from "../input.ts";
import { callerEnv } from "../submit-tasks.ts";
import { workingDirectory } from "../working-directory.ts";
import { BUDGET_OPTIONS } from "../rules/options.ts";
import { submit } from "./submit.ts";

/** What makes no sense of a prompt. */
const NOT_OF_AGENTS: ReadonlySet<string> = new Set(["stdin", "each-line", "array", "from-json"]);

export const agent: Command = {
  name: "agent",
  aliases: ["delegate"],
  summary: "Hand a prompt to a coding agent and print the id of the task",
  positional: [{ name: "PROMPT", describe: "Your editor opens without one; - reads standard input", many: true }],
  options: [
    { name: "file", type: "string", arg: "FILE", describe: "The prompt is in FILE, or on standard input for -" },
    {
      name: "agent",
      short: "a",
      type: "string",
      arg: "NAME",
      describe: "As claude or codex:gpt-5; claudine agents lists them",
    },
    { name: "model", short: "m", type: "string", arg: "MODEL", describe: "Of the agent, as it calls them" },
    { name: "template", short: "t", type: "string", arg: "NAME", describe: "A preset of the configuration (agents:)" },
    { name: "var", type: "list", arg: "K=V", describe: "What a {{ K }} of the template stands for; repeat for more" },
    { name: "budget", type: "string", arg: "USD", describe: "End a run when it has cost so much, as 2.50" },
    { name: "max-turns", type: "number", least: 1, arg: "N", describe: "End after so many turns of the model" },
    {
      name: "permission-mode",
      type: "string",
      arg: "MODE",
      describe: "What it may do unasked; nothing is bypassed unless you say so",
      suggestions: { words: ["default", "accept-edits", "plan", "bypass"] },
    },
    {
      name: "fallback",
      type: "string",
      arg: "AGENTS",
      describe: "When it is overloaded or out of quota, try these one after the other: claude:opus,codex",
    },
    { name: "system-prompt", type: "string", arg: "TEXT", describe: "Added to the agent's own" },
    { name: "mcp-config", type: "string", arg: "FILE", describe: "MCP servers for it, as JSON with mcpServers" },
    { name: "json-schema", type: "string", arg: "FILE", describe: "The answer is JSON of this schema" },
    { name: "messages", type: "boolean", describe: "Keep its session open for claudine send" },
    { name: "agent-arg", type: "list", arg: "WORD", describe: "Handed to the tool as it is; repeat for more" },
    ...BUDGET_OPTIONS,
    ...submit.options.filter(({ name }) => !NOT_OF_AGENTS.has(name)),
  ],
  examples: [
    ["claudine agent 'Make the tests in test/ pass'", "in this folder, with the configured agent"],
    ["claudine agent -f --budget 2.50 --file prompt.md", "shows the conversation and exits as the agent does"],
    ["claudine agent -t reviewer --var branch=main", "a template of the configuration"],
    ["git diff | claudine agent --agent codex -", "reads the prompt"],
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const maxFails = number(input, "max-fails");
  const { client, ids, uids, existing } = await delegateTask(input, io, async (task) => {
    const client = await io.connect();
    const taken = await client.call("agent.submit", {
      env: await callerEnv(io.env),
      cwd: await workingDirectory(),
      umask: process.umask(),
      tasks: [task],
      ...(maxFails === undefined ? {} : { maxFails }),
    });
    return { client, ...taken };
  });
  if (flag(input, "follow") || flag(input, "wait")) {
    const { afterSubmit } = await import("../after-submit.ts");
    return afterSubmit({ input, io, client, ids, uids, existing });
  }
  io.out(flag(input, "json") ? `${JSON.stringify({ ids, uids, existing })}\n` : ids.map((id) => `${id}\n`).join(""));
  return 0;
}
