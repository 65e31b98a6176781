/** `claudine hold`: keeps queued tasks from starting. */
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";

export const hold: Command = {
  name: "hold",
  summary: "Keep queued tasks from starting",
  positional: [TASKS],
  options: [],
  examples: [["claudine hold queued", "nothing more starts"]],
  async run(input, io) {
    const client = await io.connect();
    const { tasks } = await client.call("task.hold", { selector: [...input.args] });
    return reportTasks(input, io, { done: "Held", tasks });
  },
};
