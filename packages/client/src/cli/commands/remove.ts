/** `claudine remove`: forgets tasks and their output. */
import { reportIds, TASKS } from "../act.ts";
import type { Command } from "../command.ts";

export const remove: Command = {
  name: "remove",
  aliases: ["rm"],
  summary: "Forget tasks that do not run, with their output",
  positional: [TASKS],
  options: [],
  examples: [["claudine remove 4 7", ""]],
  async run(input, io) {
    const client = await io.connect();
    const { ids } = await client.call("task.remove", { selector: [...input.args] });
    return reportIds(input, io, { done: "Removed", ids });
  },
};
