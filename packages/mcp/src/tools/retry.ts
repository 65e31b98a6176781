/** The tool `retry`: runs finished tasks again. */
import { METHODS } from "@claudine/protocol/methods";
import { briefTasks } from "../brief.ts";
import { defineTool } from "../tool.ts";
import { select, SHOWN_MAX } from "./selector.ts";

export const retry = defineTool({
  name: "retry",
  title: "Retry tasks",
  method: "task.retry",
  also: "They keep their id, environment and directory; the output of earlier runs stays.",
  // Their environment is their own: this one may lack what they were given.
  params: METHODS["task.retry"].params.omit({ env: true }).extend(select),
  does: "runs",
  async run({ client, signal }, { selector }) {
    const { tasks } = await client.call("task.retry", { selector }, { signal });
    return { facts: briefTasks(tasks, SHOWN_MAX) };
  },
});
