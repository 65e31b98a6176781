/** Finds what reads the output of an agent's run. */
import { ADAPTERS, customAgent, type AgentAdapter, type CustomAgent } from "@claudine/agents";
import type { Client } from "../../client.ts";
import { createConversation, type Conversation } from "./conversation.ts";

type RunName = { id: number; attempt: number };
type Asked = Pick<Client, "call">;

/** Undefined for what is no agent's run, which is shown as it is. */
export async function conversationOf(
  client: Asked,
  { color, ...run }: RunName & { color: boolean },
): Promise<Conversation | undefined> {
  const adapter = await adapterOf(client, run);
  return adapter === undefined ? undefined : createConversation(adapter, color);
}

/** Undefined for what is no agent's run, and for an agent that nobody knows any more. `attempt` 0 is the run to come. */
async function adapterOf(client: Asked, { id, attempt }: RunName): Promise<AgentAdapter | undefined> {
  const { task, runs } = await client.call("task.get", { id });
  if (task.agent === null) return undefined;
  const name = runs.find((run) => run.attempt === attempt)?.agent?.agent ?? task.agent.agent;
  return ADAPTERS[name] ?? customOf(await client.call("config.get", {}), name);
}

function customOf({ config }: { config: Record<string, unknown> }, name: string): AgentAdapter | undefined {
  const { custom = {} } = (config["agent"] ?? {}) as { custom?: Record<string, CustomAgent> };
  const declared = custom[name];
  return declared === undefined ? undefined : customAgent(name, declared);
}
