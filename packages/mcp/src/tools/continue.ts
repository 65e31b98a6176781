/** The tool `continue`: goes on with the session of an agent's task. */
import { METHODS } from "@claudine/protocol/methods";
import { briefTasks } from "../brief.ts";
import { defineTool } from "../tool.ts";
import { SHOWN_MAX } from "./selector.ts";

export const goOn = defineTool({
  name: "continue",
  title: "Continue an agent's task",
  method: "agent.continue",
  also: "It must have ended. It keeps its id, environment and directory; use wait and then result for the answer.",
  params: METHODS["agent.continue"].params.omit({ env: true }),
  does: "runs",
  async run({ client, signal }, params) {
    const { tasks } = await client.call("agent.continue", params, { signal });
    return { facts: briefTasks(tasks, SHOWN_MAX) };
  },
});
