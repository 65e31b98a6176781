/** `claudine result`: the final answer of an agent, and nothing else. */
import { safeLog } from "@claudine/protocol/text";
import type { Command } from "../command.ts";
import { flag, number } from "../input.ts";
import { printJson, say } from "../print.ts";
import { resolveTask } from "../resolve-task.ts";

export const result: Command = {
  name: "result",
  summary: "Print the final answer of an agent's task; exits with 0 when it succeeded",
  positional: [{ name: "TASK", describe: "The last one unless told" }],
  options: [
    {
      name: "run",
      type: "number",
      least: 1,
      arg: "N",
      describe: "Of the N-th run; of the last one that ended unless told",
    },
  ],
  examples: [
    ["claudine result 12 > answer.md", "exactly what the agent answered"],
    ["claudine result last --json", "with what it cost"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const id = await resolveTask(client, input.args[0] ?? "last", "show the result of");
    const attempt = number(input, "run");
    const found = await client.call("agent.result", { id, ...(attempt === undefined ? {} : { attempt }) });
    const { state, exitCode, agent } = found;
    if (flag(input, "json")) printJson(io, found);
    else {
      const answer = agent.structured ?? agent.result;
      if (answer !== null) await io.write("stdout", io.stdoutIsTty ? `${safeLog(answer)}\n` : withNewline(answer));
      if (agent.cut === true)
        say(input, io, `The answer is longer; claudine logs ${id} --raw --stdout has all of what the agent wrote`);
      // The task may wait for another run: what is told is how this one ended.
      const run = `Run ${found.attempt} of task ${id} ${state}`;
      if (agent.error !== null) say(input, io, `${run}: ${agent.error.message}`);
      else if (answer === null) say(input, io, `${run} without an answer`);
    }
    return state === "succeeded" ? 0 : exitCode === null || exitCode === 0 ? 1 : exitCode;
  },
};

const withNewline = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);
