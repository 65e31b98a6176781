/** The tool `delegate`: hands prompts to coding agents, with the environment of this process. */
import { resolve } from "node:path";
import { callerEnv } from "@claudine/client/cli/submit-tasks";
import { DelegateTask, METHODS } from "@claudine/protocol/methods";
import * as z from "zod";
import { defineTool } from "../tool.ts";

const TASKS_MAX = 20;
const { params } = METHODS["agent.submit"];

export const delegate = defineTool({
  name: "delegate",
  title: "Delegate to coding agents",
  method: "agent.submit",
  also:
    "Each works by itself in its folder and outlives this session; use wait and then result with the ids for the answers. " +
    "They cost money: a budgetUsd and a timeout are kept to.",
  params: params.pick({ maxFails: true }).extend({
    cwd: params.shape.cwd.optional().describe("The working directory; that of this server unless told"),
    tasks: z.array(DelegateTask).min(1).max(TASKS_MAX),
  }),
  does: "runs",
  async run({ client, signal }, { cwd: folder = ".", tasks, maxFails }) {
    const cwd = resolve(folder);
    const { ids, existing } = await client.call(
      "agent.submit",
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
