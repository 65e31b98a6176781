/** From what the fold knows of a run to what is shown and stored of it. Pure. */
import type { AgentProgress } from "@claudine/agents";
import type { AgentChoice, AgentEnd, AgentFacts, AgentTokens, Run, Spent } from "@claudine/protocol";

export type RunTool = { choice: AgentChoice; version: string | undefined; resumable: boolean };

/** @param before what a tool that counts whole sessions had counted before this run */
export function factsOf(
  { choice, version, resumable }: RunTool,
  progress: AgentProgress,
  before: AgentTokens | undefined,
): AgentFacts {
  const { sessionId, model, headline, turns, toolCalls, tokens, costUsd, result, error } = progress;
  return {
    agent: choice.agent,
    model: model ?? choice.model ?? null,
    version: version ?? null,
    sessionId: sessionId ?? null,
    spent: spentOf(progress, before),
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

export function endOf(tool: RunTool, progress: AgentProgress, before: AgentTokens | undefined): AgentEnd {
  const { result } = progress;
  return {
    ...factsOf(tool, progress, before),
    result: result?.text ?? null,
    ...(result?.structured === undefined ? {} : { structured: result.structured }),
    ...(result?.cut === true ? { cut: true } : {}),
  };
}

/** Of tokens those that came from no cache, as the others are hardly paid for. */
export function spentOf({ tokens, costUsd }: AgentProgress, before: AgentTokens | undefined): Spent {
  const count = (name: keyof AgentTokens) => Math.max(0, tokens[name] - (before?.[name] ?? 0));
  return { usd: costUsd ?? 0, tokens: Math.max(0, count("input") - count("cached")) + count("output") };
}

/** One that was ended may have counted nothing: what it has used is in the count of those after it. */
export function countedBefore(
  runs: readonly Run[],
  { sessionId, attempt }: { sessionId: string; attempt: number },
): AgentTokens {
  const earlier = runs.flatMap((run) =>
    run.attempt < attempt && run.agent?.sessionId === sessionId ? [run.agent.tokens] : [],
  );
  const most = (name: keyof AgentTokens) => earlier.reduce((max, tokens) => Math.max(max, tokens[name]), 0);
  return { input: most("input"), output: most("output"), cached: most("cached") };
}

function withoutUndefined({
  class: kind,
  message,
  resetsAt,
}: NonNullable<AgentProgress["error"]>): AgentFacts["error"] {
  return { class: kind, message, ...(resetsAt === undefined ? {} : { resetsAt }) };
}
