/** From a prompt that is handed over to what is stored of its task. */
import type { AgentTexts, AgentWish, DelegateTask, SubmitTask, TaskSpec } from "@claudine/protocol";
import type { Context } from "./context.ts";
import { specOf } from "./handlers/submit.ts";

type Handed = Omit<SubmitTask, "command" | "stdin"> & Pick<DelegateTask, "budget"> & { agent: AgentWish };
type Made = { spec: TaskSpec; texts: AgentTexts };

/** @throws ClaudineError invalid_params, too_large */
export function agentSpecOf(
  context: Pick<Context, "agents" | "config">,
  { agent: wish, budget, ...task }: Handed,
  call: Parameters<typeof specOf>[2],
): Made {
  const { agent, texts, headline } = context.agents.delegated(wish);
  const program = agent.choices[0]?.agent ?? "";
  const spec = specOf(context, withTimeout(context, { ...task, command: [program] }), call);
  const own = { command: headline, stdin: agent.takesMessages === true, agent };
  return { spec: { ...spec, ...own, ...(budget === undefined ? {} : { budget }) }, texts };
}

/** An agent that hangs costs money. */
function withTimeout<T extends Pick<SubmitTask, "limits">>({ agents }: Pick<Context, "agents">, task: T): T {
  const { timeoutMs } = agents;
  if (timeoutMs === undefined || task.limits?.timeoutMs !== undefined) return task;
  return { ...task, limits: { ...task.limits, timeoutMs } };
}
