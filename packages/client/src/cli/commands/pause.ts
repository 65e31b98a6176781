/** `claudine pause`: stops running tasks where they are, or a whole group. */
import { ClaudineError } from "@claudine/protocol/errors";
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { pauseGroup } from "../group-pause.ts";
import { flag, text } from "../input.ts";

export const pause: Command = {
  name: "pause",
  summary: "Stop running tasks where they are (SIGSTOP), or with --group start nothing more of a group",
  positional: [{ ...TASKS, required: false }],
  options: [
    {
      name: "group",
      short: "g",
      type: "string",
      arg: "NAME",
      describe: "Nothing of this group starts; what runs is stopped",
    },
    { name: "wait", type: "boolean", describe: "With --group: what runs goes on to its end" },
  ],
  examples: [
    ["claudine pause running", "everything that runs stops, and keeps its slot"],
    ["claudine pause -g gpu --wait", "nothing more of the group starts"],
  ],
  async run(input, io) {
    const name = text(input, "group");
    const wait = flag(input, "wait");
    if ((name === undefined) === (input.args.length === 0))
      throw new ClaudineError("invalid_params", "Cannot pause: pause needs TASK or --group, and only one of them", {
        hint: "claudine pause 12, claudine pause -g gpu",
      });
    if (name !== undefined) return pauseGroup(input, io, { name, wait });
    if (wait)
      throw new ClaudineError("invalid_params", "Cannot pause: --wait goes with --group", {
        hint: "A task that waits is kept from starting with claudine hold",
      });
    const client = await io.connect();
    const { tasks } = await client.call("task.pause", { selector: [...input.args] });
    return reportTasks(input, io, { done: "Paused", tasks });
  },
};
