/** `claudine follow`: shows the output of tasks as it comes. */
import type { Client } from "../../client.ts";
import type { Command } from "../command.ts";
import { concludeTasks, followTasks } from "../follow-tasks.ts";
import { number } from "../input.ts";
import { outputStreams, OUTPUT_OPTIONS, sinceTime } from "../log-options.ts";
import { resolveTask, resolveTasks } from "../resolve-task.ts";

export const follow: Command = {
  name: "follow",
  summary: "Show the output of tasks as it comes, until they end",
  positional: [{ name: "TASK", describe: "One or several; the newest that runs unless told", many: true }],
  options: OUTPUT_OPTIONS,
  examples: [
    ["claudine follow 12", "exits with the task's exit code; Ctrl-C leaves the task alone"],
    ["claudine follow running", "all that run, each line with its task's id"],
    ["claudine follow 12 --grep 'ERROR|WARN'", "only lines that match"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const ids = input.args.length === 0 ? [await newest(client)] : await resolveTasks(client, input.args, "follow");
    const tasks = await followTasks({
      input,
      io,
      client,
      ids,
      begin: "next",
      streams: outputStreams(input),
      tailLines: number(input, "lines"),
      since: sinceTime(input, "since", Date.now()),
    });
    return concludeTasks(input, io, tasks);
  },
};

async function newest(client: Client): Promise<number> {
  const {
    tasks: [running],
  } = await client.call("task.list", { states: ["running", "paused"], limit: 1 });
  return running?.id ?? resolveTask(client, "last", "follow");
}
