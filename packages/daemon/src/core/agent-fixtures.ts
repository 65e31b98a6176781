/** Tasks of agents, and how their runs end, for the tests of the core. */
import {
  NO_USAGE,
  noAgentFacts,
  type AgentEnd,
  type AgentFailure,
  type EventBody,
  type TaskId,
  type TaskSpec,
} from "@claudine/protocol";
import { spec, type World } from "./fixtures.ts";

export function agentSpec(...agents: string[]): TaskSpec {
  return spec({ agent: { choices: agents.map((agent) => ({ agent })), textsId: "t", promptBytes: 3 } });
}

export function agentEnd(change: Partial<AgentEnd>): AgentEnd {
  return { ...noAgentFacts({ agent: "any" }), result: null, ...change };
}

type Limit = Partial<AgentFailure> & Pick<Partial<AgentEnd>, "sessionId" | "toolCalls">;

export function limitEnd({ sessionId = null, toolCalls = 0, ...error }: Limit): AgentEnd {
  return agentEnd({ ok: false, sessionId, toolCalls, error: { class: "usage-limit", message: "enough", ...error } });
}

/** One that has spent so much, in US dollars and tokens. */
export function spentEnd(usd: number, tokens = 0, change: Partial<AgentEnd> = {}): AgentEnd {
  return agentEnd({ ok: true, sessionId: "s", toolCalls: 1, spent: { usd, tokens }, ...change });
}

/** The run of an agent's task ends, by itself with 1 when it failed. */
export function endAgent(world: World, id: TaskId, agent: AgentEnd): EventBody["type"][] {
  return world.do({
    type: "report-ended",
    id,
    attempt: world.task(id)?.attempt ?? 0,
    outcome: { kind: "exited", exitCode: agent.ok === false ? 1 : 0 },
    startedAt: world.wall,
    finishedAt: world.wall,
    usage: NO_USAGE,
    agent,
  });
}
