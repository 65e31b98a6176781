/** The flat view of what is asked of an agent and what it does. */
import type { AgentChoice, AgentFacts, AgentInfo, AgentSpec, ScheduledAgent } from "./agent.ts";
import { waitingFeedback } from "./reduce-session.ts";
import type { Task } from "./task.ts";

/** Before it said anything. */
export function noAgentFacts({ agent, model }: AgentChoice): AgentFacts {
  return {
    agent,
    model: model ?? null,
    version: null,
    sessionId: null,
    headline: null,
    turns: 0,
    toolCalls: 0,
    tokens: { input: 0, output: 0, cached: 0 },
    costUsd: null,
    ok: null,
    error: null,
  };
}

/** The choice that a task is at. */
export function choiceOf({ choices }: AgentSpec, at = 0): AgentChoice {
  return choices[at] ?? choices[0] ?? { agent: "" };
}

/** Of what is asked, before any run. */
export function scheduledAgent(agent: AgentSpec): ScheduledAgent {
  const { choices, promptBytes, template, permissionMode, budgetUsd, maxTurns } = agent;
  const [first] = choices;
  return {
    agent: first?.agent ?? "",
    model: first?.model ?? null,
    fallback: choices.slice(1),
    promptBytes,
    template: template ?? null,
    permissionMode: permissionMode ?? null,
    budgetUsd: budgetUsd ?? null,
    maxTurns: maxTurns ?? null,
  };
}

export function agentInfo(
  { agent, agentAt = 0, status, goesOn, feedback = [] }: Task,
  live: AgentFacts | undefined,
): AgentInfo | null {
  if (agent === undefined) return null;
  const ended = "finishedAt" in status ? status.agent : undefined;
  return {
    ...(ended ?? live ?? noAgentFacts(choiceOf(agent, agentAt))),
    fallback: agent.choices.slice(agentAt + 1),
    promptBytes: agent.promptBytes,
    template: agent.template ?? null,
    permissionMode: agent.permissionMode ?? null,
    budgetUsd: agent.budgetUsd ?? null,
    maxTurns: agent.maxTurns ?? null,
    attention: ("run" in status ? status.run.attention : undefined) ?? null,
    goesOn: goesOn ?? null,
    feedback: feedback.length,
    feedbackWaiting: waitingFeedback({ feedback }).length,
  };
}
