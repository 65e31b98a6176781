/** `claudine edit`: changes waiting tasks in an editor. */
import { reportTasks, TASKS } from "../act.ts";
import type { Command } from "../command.ts";
import { editTasks } from "../editing/edit-tasks.ts";
import { flag } from "../input.ts";
import { say } from "../print.ts";

export const edit: Command = {
  name: "edit",
  summary: "Change waiting tasks in $EDITOR, several at once; what is not changed stays",
  positional: [TASKS],
  options: [],
  examples: [["claudine edit queued", "all that wait, in one session"]],
  async run(input, io) {
    const client = await io.connect();
    const tasks = await editTasks(io, client, { words: input.args, verb: "edit", states: ["queued", "held"] });
    if (tasks.length > 0 || flag(input, "json")) return reportTasks(input, io, { done: "Changed", tasks });
    say(input, io, "Nothing was changed");
    return 0;
  },
};
