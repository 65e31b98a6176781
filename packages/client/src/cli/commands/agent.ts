/** `claudine agent`: hands a prompt to a coding agent. */
import type { Command, Input, Io } from "../command.ts";
import { delegateTask } from "../agents/delegate.ts";
import { AGENT_OPTIONS } from "../agents/options.ts";
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
  options: [...AGENT_OPTIONS, ...BUDGET_OPTIONS, ...submit.options.filter(({ name }) => !NOT_OF_AGENTS.has(name))],
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
