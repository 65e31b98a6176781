/** `claudine switch`: lets two queued tasks change places. */
import { reportTasks } from "../act.ts";
import type { Command } from "../command.ts";
import { resolveTask } from "../resolve-task.ts";

export const switchTasks: Command = {
  name: "switch",
  summary: "Let two queued tasks change places in the line",
  positional: [
    { name: "TASK", describe: "One of them", required: true },
    { name: "OTHER", describe: "The other one", required: true },
  ],
  options: [],
  examples: [
    ["claudine switch 12 15", "15 starts where 12 would have; equal priorities keep the order of their places"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const [id, other] = [
      await resolveTask(client, input.args[0] ?? "", "switch"),
      await resolveTask(client, input.args[1] ?? "", "switch"),
    ];
    const { tasks } = await client.call("task.switch", { id, with: other });
    return reportTasks(input, io, { done: "Switched", tasks });
  },
};
