/** `claudine pause`: stops running tasks where they are. */
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";

export const pause: Command = {
  name: "pause",
  summary: "Stop running tasks where they are (SIGSTOP)",
  positional: [TASKS],
  options: [],
  examples: [["claudine pause running", "everything that runs stops, and keeps its slot"]],
  async run(input, io) {
    const client = await io.connect();
    const { tasks } = await client.call("task.pause", { selector: [...input.args] });
    return reportTasks(input, io, { done: "Paused", tasks });
  },
};
