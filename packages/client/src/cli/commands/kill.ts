/** `claudine kill`: signals the whole process tree of running tasks. */
import { parseDuration } from "@claudine/protocol/units";
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { given } from "../given.ts";
import { text } from "../input.ts";

export const kill: Command = {
  name: "kill",
  summary: "End running tasks: SIGTERM to all their processes, SIGKILL after a grace",
  positional: [TASKS],
  options: [
    {
      name: "signal",
      short: "s",
      type: "string",
      arg: "NAME",
      describe: "Another signal, as INT or SIGUSR1; one that does not end is only sent",
    },
    { name: "grace", type: "string", arg: "TIME", describe: "Time before SIGKILL, as 10s or 2m" },
  ],
  examples: [
    ["claudine kill 12", "returns when every process of it has ended"],
    ["claudine kill -s HUP label:server", "sends a signal and nothing more"],
  ],
  async run(input, io) {
    const grace = text(input, "grace");
    const graceMs = grace === undefined ? undefined : parseDuration(grace);
    const signal = text(input, "signal");
    const client = await io.connect();
    const { tasks } = await client.call("task.kill", { selector: [...input.args], ...given({ signal, graceMs }) });
    const ended = tasks.every(({ finishedAt }) => finishedAt !== null);
    return reportTasks(input, io, { done: ended ? "Killed" : `Sent ${signal ?? "the signal"} to`, tasks });
  },
};
