/** The tool `delegate`: hands prompts to coding agents, with the environment of this process. */
import { DelegateTask, METHODS } from "@claudine/protocol/methods";
import * as z from "zod";
import { asCaller, Folder } from "../as-caller.ts";
import { defineTool } from "../tool.ts";

const TASKS_MAX = 20;
const { params } = METHODS["agent.submit"];

export const delegate = defineTool({
  name: "delegate",
  title: "Delegate to coding agents",
  method: "agent.submit",
  also:
    "Each works by itself in its folder and outlives this session; use wait and then result with the ids for the answers. " +
    "They cost money: a budgetUsd and a timeout of each run are kept to, and a budget of all runs of a task.",
  params: params.pick({ maxFails: true }).extend({
    cwd: Folder,
    tasks: z.array(DelegateTask).min(1).max(TASKS_MAX),
  }),
  does: "runs",
  async run({ client, signal }, asked) {
    const call = await asCaller(asked);
    const { ids, existing } = await client.call("agent.submit", call, { signal });
    return { facts: { ids, existing, cwd: call.cwd } };
  },
});
