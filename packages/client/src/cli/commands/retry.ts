/** `claudine retry`: runs finished tasks again. */
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { given } from "../given.ts";
import { flag } from "../input.ts";
import { callerEnv } from "../submit-tasks.ts";

export const retry: Command = {
  name: "retry",
  summary: "Run finished tasks again, as a new run of the same task",
  positional: [TASKS],
  options: [{ name: "env", type: "boolean", describe: "Give them the environment of this shell" }],
  examples: [
    ["claudine retry failed", "everything that failed runs again"],
    ["claudine retry 12 --env", "with the variables of this shell, as when its secret ones were lost with a reboot"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const env = flag(input, "env") ? await callerEnv(io.env) : undefined;
    const { tasks } = await client.call("task.retry", { selector: [...input.args], ...given({ env }) });
    return reportTasks(input, io, { done: "Queued again:", tasks });
  },
};
