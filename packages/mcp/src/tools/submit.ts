/** The tool `submit`: takes commands into the queue with the environment of this process. */
import { METHODS, SubmitTask } from "@claudine/protocol/methods";
import * as z from "zod";
import { asCaller, Folder } from "../as-caller.ts";
import { defineTool } from "../tool.ts";

const TASKS_MAX = 100;
const { params } = METHODS["task.submit"];

export const submit = defineTool({
  name: "submit",
  title: "Submit tasks",
  method: "task.submit",
  also:
    "They run in the background and outlive this session; use wait, result and logs with the ids. " +
    "They have the environment of this server. A key makes a repeated call harmless.",
  params: params.pick({ maxFails: true }).extend({
    cwd: Folder,
    tasks: z.array(SubmitTask).min(1).max(TASKS_MAX),
  }),
  does: "runs",
  async run({ client, signal }, asked) {
    const call = await asCaller(asked);
    const { ids, existing } = await client.call("task.submit", call, { signal });
    return { facts: { ids, existing, cwd: call.cwd } };
  },
});
