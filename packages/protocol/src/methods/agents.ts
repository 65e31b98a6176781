/** Methods about tasks whose work is a prompt for a coding agent. */
import * as z from "zod";
import { AgentEnd, AgentLimitInfo, AgentName, AgentTool } from "../agent.ts";
import { DelegateTask, Env } from "../params.ts";
import { TaskId, TaskState } from "../task.ts";
import { method } from "./method.ts";
import { QUEUE_METHODS } from "./queue.ts";

const { params, result } = QUEUE_METHODS["task.submit"];

export const AGENTS_METHODS = {
  "agent.submit": method(
    "Takes prompts for coding agents into the queue, all or none, in one commit. The answer comes when they are durable.",
    params.extend({ tasks: z.array(DelegateTask).min(1).max(100) }),
    result,
  ),
  "agent.result": method(
    "What an agent's run answered, and what it cost; of the last run that has ended unless told.",
    z.strictObject({ id: TaskId, attempt: z.int().positive().optional() }),
    z.object({ id: TaskId, attempt: z.int(), state: TaskState, exitCode: z.int().nullable(), agent: AgentEnd }),
  ),
  "agent.list": method(
    "The agents that prompts can be given to: installed or not, version, logged in as far as they tell.",
    z.strictObject({ env: Env.describe("The caller's environment: its PATH is searched"), cwd: params.shape.cwd }),
    z.object({
      agents: z.array(AgentTool.extend({ limit: AgentLimitInfo.nullable().describe("Null while its provider takes more") })),
    }),
  ),
  "agent.forget-limit": method(
    "Takes the limit of an agent's provider for over: the tasks that wait for it may start.",
    z.strictObject({ agent: AgentName }),
    z.object({}),
  ),
} as const;
