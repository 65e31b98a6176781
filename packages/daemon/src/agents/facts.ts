/** From what the fold knows of a run to what is shown and stored of it. Pure. */
import type { AgentProgress } from "@claudine/agents";
import type { AgentChoice, AgentEnd, AgentFacts } from "@claudine/protocol";

export type RunTool = { choice: AgentChoice; version: string | undefined; resumable: boolean };

export function factsOf({ choice, version, resumable }: RunTool, progress: AgentProgress): AgentFacts {
  const { sessionId, model, headline, turns, toolCalls, tokens, costUsd, result, error } = progress;
  return {
    agent: choice.agent,
    model: model ?? choice.model ?? null,
    version: version ?? null,
    sessionId: sessionId ?? null,
    ...(resumable ? {} : { resumable }),
    headline: headline === "" ? null : headline,
    turns,
    toolCalls,
    tokens: { ...tokens },
    costUsd: costUsd ?? null,
    ok: result?.ok ?? (error === undefined ? null : false),
    error: error === undefined ? null : withoutUndefined(error),
  };
}

export function endOf(tool: RunTool, progress: AgentProgress): AgentEnd {
  const { result } = progress;
  return {
    ...factsOf(tool, progress),
    result: result?.text ?? null,
    ...(result?.structured === undefined ? {} : { structured: result.structured }),
    ...(result?.cut === true ? { cut: true } : {}),
  };
}

function withoutUndefined({
  class: kind,
  message,
  resetsAt,
}: NonNullable<AgentProgress["error"]>): AgentFacts["error"] {
  return { class: kind, message, ...(resetsAt === undefined ? {} : { resetsAt }) };
}
