/** `claudine retry`: runs finished tasks again. */
import { ClaudineError } from "@claudine/protocol/errors";
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { editTasks } from "../editing/edit-tasks.ts";
import { given } from "../given.ts";
import { flag } from "../input.ts";
import { FINISHED_STATES } from "../states.ts";
import { callerEnv } from "../submit-tasks.ts";

export const retry: Command = {
  name: "retry",
  summary: "Run finished tasks again, as a new run of the same task",
  positional: [{ ...TASKS, required: false }],
  options: [
    { name: "failed", type: "boolean", describe: "All that failed, as the word failed" },
    { name: "edit", short: "e", type: "boolean", describe: "Change them in $EDITOR first" },
    { name: "fresh", type: "boolean", describe: "Start over, as without it: claudine continue goes on with a session" },
    { name: "env", type: "boolean", describe: "Give them the environment of this shell" },
  ],
  examples: [
    ["claudine retry --failed", "everything that failed runs again"],
    ["claudine retry -e 12", "with another command, perhaps"],
    ["claudine retry 12 --env", "with the variables of this shell, as when its secret ones were lost with a reboot"],
  ],
  async run(input, io) {
    const words = [...input.args, ...(flag(input, "failed") ? ["failed"] : [])];
    if (words.length === 0)
      throw new ClaudineError("invalid_params", "Cannot retry: retry needs TASK or --failed", {
        hint: "claudine retry 12, or claudine retry --failed",
      });
    if (flag(input, "edit") && flag(input, "env"))
      throw new ClaudineError("invalid_params", "Cannot retry: --edit does not go with --env", {
        hint: "Change the task first, then retry it with --env",
      });
    const client = await io.connect();
    if (flag(input, "edit")) {
      const tasks = await editTasks(io, client, { words, verb: "retry", states: FINISHED_STATES });
      return reportTasks(input, io, { done: "Queued again:", tasks });
    }
    const env = flag(input, "env") ? await callerEnv(io.env) : undefined;
    const { tasks } = await client.call("task.retry", { selector: words, ...given({ env }) });
    return reportTasks(input, io, { done: "Queued again:", tasks });
  },
};
