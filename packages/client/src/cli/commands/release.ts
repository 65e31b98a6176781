/** `claudine release`: lets held tasks start. */
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { given } from "../given.ts";
import { flag } from "../input.ts";
import { callerEnv } from "../submit-tasks.ts";

export const release: Command = {
  name: "release",
  summary: "Let held tasks start; returns when they are in the queue again, or have been given their slot",
  positional: [TASKS],
  options: [{ name: "env", type: "boolean", describe: "Give them the environment of this shell" }],
  examples: [["claudine release 12 --env", "after a reboot: takes the secret variables anew from this shell"]],
  async run(input, io) {
    const client = await io.connect();
    const env = flag(input, "env") ? await callerEnv(io.env) : undefined;
    const { tasks } = await client.call("task.release", { selector: [...input.args], ...given({ env }) });
    return reportTasks(input, io, { done: "Released", tasks });
  },
};
