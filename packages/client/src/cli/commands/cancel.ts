/** `claudine cancel`: takes tasks out, whether they wait or run. */
import { parseDuration } from "@claudine/protocol/units";
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";

export const cancel: Command = {
  name: "cancel",
  summary: "Take tasks out of the queue; end those that run",
  positional: [TASKS],
  options: [
    { name: "grace", type: "string", arg: "TIME", describe: "Time before SIGKILL, as 10s or 2m" },
    { name: "cascade", type: "boolean", describe: "Also what depends on them, directly or through others" },
    { name: "reason", type: "string", arg: "TEXT", describe: "Kept with the task and shown by `show`" },
  ],
  examples: [
    ["claudine cancel group:nightly --reason 'wrong branch'", "all that waits or runs in the group"],
    ["claudine cancel 12 --cascade", "and all that waits for it"],
  ],
  async run(input, io) {
    const grace = text(input, "grace");
    const graceMs = grace === undefined ? undefined : parseDuration(grace);
    const client = await io.connect();
    const { tasks } = await client.call("task.cancel", {
      selector: [...input.args],
      ...given({ graceMs, note: text(input, "reason") }),
      cascade: flag(input, "cascade"),
    });
    return reportTasks(input, io, { done: "Cancelled", tasks });
  },
};
