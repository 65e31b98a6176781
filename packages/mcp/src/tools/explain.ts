/** The tool `explain`: why a task has not started. */
import { METHODS } from "@claudine/protocol/methods";
import { briefTask } from "../brief.ts";
import { defineTool } from "../tool.ts";

const CAUSES_MAX = 50;

export const explain = defineTool({
  name: "explain",
  title: "Explain why a task waits",
  method: "task.explain",
  also: "No causes: it does not wait in the queue, and its state says the rest.",
  params: METHODS["task.explain"].params,
  does: "reads",
  async run({ client, signal }, args) {
    const { task, causes } = await client.call("task.explain", args, { signal });
    return { facts: { causes: causes.slice(0, CAUSES_MAX), task: briefTask(task) } };
  },
});
