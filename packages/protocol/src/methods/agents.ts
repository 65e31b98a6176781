/** Methods about tasks whose work is a prompt for a coding agent. */
import * as z from "zod";
import { AgentEnd, AgentLimitInfo, AgentName, AgentTexts, AgentTool, Feedback, PROMPT_BYTES_MAX } from "../agent.ts";
import { DelegateTask, Env, NewEnv } from "../params.ts";
import { TaskId, TaskState } from "../task.ts";
import { OnConflict } from "../worktree.ts";
import { method, tasks } from "./method.ts";
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
  "agent.continue": method(
    "Goes on with the session of an agent's task as a new run of it, in a new session that is told of the work where that cannot be.",
    z.strictObject({
      id: TaskId,
      feedback: z.string().max(PROMPT_BYTES_MAX).describe("What is said to it"),
      onConflict: OnConflict.default("fail").describe(
        "When others have changed files of its worktree since its last run: `fail` refuses, `merge` goes on with them and tells the agent, `override` puts back what the run left and keeps the others as a checkpoint",
      ),
      env: NewEnv,
    }),
    tasks,
  ),
  "agent.feedback": method(
    "What was said to an agent's task since its prompt, in that order: what waits for its next run comes last.",
    z.strictObject({ id: TaskId }),
    z.object({
      feedback: z.array(
        Feedback.omit({ textsId: true }).extend({
          text: z.string().nullable().describe("Null when it cannot be read, or those after it have 4M characters"),
        }),
      ),
    }),
  ),
  "agent.texts": method(
    "What an agent's task was told: the prompt as it was submitted, and the other texts.",
    z.strictObject({ id: TaskId }),
    AgentTexts.omit({ id: true }).extend({ id: TaskId }),
  ),
  "agent.list": method(
    "The agents that prompts can be given to: installed or not, version, logged in as far as they tell.",
    z.strictObject({ env: Env.describe("The caller's environment: its PATH is searched"), cwd: params.shape.cwd }),
    z.object({
      agents: z.array(
        AgentTool.extend({ limit: AgentLimitInfo.nullable().describe("Null while its provider takes more") }),
      ),
    }),
  ),
  "agent.free": method(
    "Takes the limit of an agent's provider for over: the tasks that wait for it may start.",
    z.strictObject({ agent: AgentName }),
    z.object({}),
  ),
} as const;
