/** `claudine resume`: lets paused tasks go on. */
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";

export const resume: Command = {
  name: "resume",
  summary: "Let paused tasks go on",
  positional: [TASKS],
  options: [],
  examples: [["claudine resume paused", "all of them go on"]],
  async run(input, io) {
    const client = await io.connect();
    const { tasks } = await client.call("task.resume", { selector: [...input.args] });
    return reportTasks(input, io, { done: "Resumed", tasks });
  },
};
