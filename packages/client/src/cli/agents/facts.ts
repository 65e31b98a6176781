/** What `show` prints of an agent's task. */
import { agentChoiceText } from "@claudine/protocol/agent-choice";
import type { AgentInfo, ScheduledAgent } from "@claudine/protocol/agent";
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import type { TaskInfo } from "@claudine/protocol/task";
import { formatBytes } from "@claudine/protocol/units";
import { budgetAmount } from "../budgets/words.ts";
import { clock, type Fact } from "../task-values.ts";

/** Of what is asked each time. */
export function scheduledAgentTexts({ agent, budget }: Pick<ScheduleInfo, "agent" | "budget">): Fact[] {
  if (agent === null) return [];
  const { promptBytes, template } = agent;
  return [
    ["Agent", agentChoiceText(agent)],
    ["Prompt", promptText({ promptBytes, template })],
    ["Permits", agent.permissionMode ?? ""],
    ["At most", limitsText(agent)],
    ["Budget", budget === null ? "" : `${budgetAmount(budget)} for all runs of a task`],
    ["Else", agent.fallback.map(agentChoiceText).join(", ")],
  ];
}

export function agentTexts({ agent, budget, spent }: Pick<TaskInfo, "agent" | "budget" | "spent">): Fact[] {
  if (agent === null) return [];
  const { version, sessionId, headline, attention, promptBytes, template, error } = agent;
  return [
    ["Agent", `${agentChoiceText(agent)}${version === null ? "" : ` (${version})`}`],
    ["Prompt", promptText({ promptBytes, template })],
    ["Permits", agent.permissionMode ?? ""],
    ["At most", limitsText(agent)],
    ["Else", agent.fallback.map(agentChoiceText).join(", ")],
    ["Attention", attention === null ? "" : `${attention.note}, since ${clock(attention.since)}`],
    ["Does", headline ?? ""],
    ["Turns", turnsText(agent)],
    ["Tokens", tokensText(agent)],
    ["Cost", agent.costUsd === null ? "" : costText(agent.costUsd)],
    ["Spent", spentText(spent, budget)],
    ["Session", sessionId ?? ""],
    ["Goes on", goesOnText(agent)],
    ["Feedback", feedbackText(agent)],
    ["Error", error === null ? "" : `${error.class}: ${error.message}`],
  ];
}

function feedbackText({ feedback, feedbackWaiting }: AgentInfo): string {
  if (feedback === 0) return "";
  const waits = feedbackWaiting === 0 ? "" : `, ${feedbackWaiting} of them waiting for its next run`;
  return `${feedback}${waits}, shown by claudine logs --feedback`;
}

/** Of all runs that have ended. */
function spentText(spent: TaskInfo["spent"], budget: TaskInfo["budget"]): string {
  const most = budget === null ? "" : ` of ${budgetAmount(budget)}`;
  const nothing = spent === null || spent.usd + spent.tokens === 0;
  return nothing && budget === null ? "" : `${budgetAmount(spent ?? {})}${most}`;
}

export function costText(usd: number): string {
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

function promptText({ promptBytes, template }: Pick<ScheduledAgent, "promptBytes" | "template">): string {
  return `${formatBytes(promptBytes)}${template === null ? "" : `, made from the template ${template}`}`;
}

function limitsText({ budgetUsd, maxTurns }: Pick<ScheduledAgent, "budgetUsd" | "maxTurns">): string {
  const limits = [budgetUsd === null ? "" : costText(budgetUsd), maxTurns === null ? "" : `${maxTurns} turns`];
  return limits.filter((one) => one !== "").join(", ");
}

function goesOnText({ goesOn }: AgentInfo): string {
  if (goesOn === null) return "";
  return goesOn.session === null ? (goesOn.note ?? "in a new session") : "with its session";
}

function turnsText({ turns, toolCalls }: AgentInfo): string {
  return turns + toolCalls === 0 ? "" : `${turns}, with ${toolCalls} calls of tools`;
}

function tokensText({ tokens: { input, output, cached } }: AgentInfo): string {
  return input + output === 0 ? "" : `${input} in, ${cached} of them cached, ${output} out`;
}
