/** The tool `submit`: takes commands into the queue with the environment of this process. */
import { resolve } from "node:path";
import { callerEnv } from "@claudine/client/cli/submit-tasks";
import { METHODS, SubmitTask } from "@claudine/protocol/methods";
import * as z from "zod";
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
    cwd: params.shape.cwd.optional().describe("The working directory; that of this server unless told"),
    tasks: z.array(SubmitTask).min(1).max(TASKS_MAX),
  }),
  does: "runs",
  async run({ client, signal }, { cwd: folder = ".", tasks, maxFails }) {
    const cwd = resolve(folder);
    const { ids, existing } = await client.call(
      "task.submit",
      {
        env: await callerEnv(process.env),
        cwd,
        umask: process.umask(),
        tasks: tasks.map((task) => (task.cwd === undefined ? task : { ...task, cwd: resolve(cwd, task.cwd) })),
        ...(maxFails === undefined ? {} : { maxFails }),
      },
      { signal },
    );
    return { facts: { ids, existing, cwd } };
  },
});
