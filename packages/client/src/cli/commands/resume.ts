/** `claudine resume`: lets paused tasks go on, or a whole group. */
import { ClaudineError } from "@claudine/protocol/errors";
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { resumeGroup } from "../group-pause.ts";
import { text } from "../input.ts";

export const resume: Command = {
  name: "resume",
  summary: "Let paused tasks or a paused group go on",
  positional: [{ ...TASKS, required: false }],
  options: [{ name: "group", short: "g", type: "string", arg: "NAME", describe: "The group, and its paused tasks" }],
  examples: [["claudine resume paused", "all of them go on"]],
  async run(input, io) {
    const name = text(input, "group");
    if ((name === undefined) === (input.args.length === 0))
      throw new ClaudineError("invalid_params", "Cannot resume: resume needs TASK or --group, and only one of them", {
        hint: "claudine resume 12, claudine resume -g gpu",
      });
    if (name !== undefined) return resumeGroup(input, io, name);
    const client = await io.connect();
    const { tasks } = await client.call("task.resume", { selector: [...input.args] });
    return reportTasks(input, io, { done: "Resumed", tasks });
  },
};
