/** The tool `cancel`: takes tasks out of the queue, and ends those that run. */
import { METHODS } from "@claudine/protocol/methods";
import { briefTasks } from "../brief.ts";
import { defineTool } from "../tool.ts";
import { select, SHOWN_MAX } from "./selector.ts";

export const cancel = defineTool({
  name: "cancel",
  title: "Cancel tasks",
  method: "task.cancel",
  also: "Tasks named by id must be unfinished; a word as group:NAME takes those that are.",
  params: METHODS["task.cancel"].params.extend(select),
  does: "ends",
  async run({ client, signal }, args) {
    const { tasks } = await client.call("task.cancel", args, { signal });
    return { facts: briefTasks(tasks, SHOWN_MAX) };
  },
});
