/** `claudine move`: moves queued tasks in their line. */
import { ClaudineError } from "@claudine/protocol/errors";
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { flag, text } from "../input.ts";
import { resolveTask } from "../resolve-task.ts";

export const move: Command = {
  name: "move",
  summary: "Move queued tasks in the line; it decides among equal priorities",
  positional: [TASKS],
  options: [
    { name: "front", type: "boolean", describe: "Before all that wait" },
    { name: "back", type: "boolean", describe: "After all that wait" },
    { name: "before", type: "string", arg: "TASK", describe: "Right before this one" },
  ],
  examples: [["claudine move 12 15 --front", "they keep their order among each other"]],
  async run(input, io) {
    const before = text(input, "before");
    const ways = [flag(input, "front"), flag(input, "back"), before !== undefined].filter(Boolean);
    if (ways.length !== 1)
      throw new ClaudineError("invalid_params", "Cannot move tasks: say where to, and only one place", {
        hint: "claudine move 12 --front, --back or --before 7",
      });
    const client = await io.connect();
    const front = flag(input, "front") ? "front" : "back";
    const to = before === undefined ? front : { before: await resolveTask(client, before, "move before") };
    const { tasks } = await client.call("task.move", { selector: [...input.args], to });
    return reportTasks(input, io, { done: "Moved", tasks });
  },
};
