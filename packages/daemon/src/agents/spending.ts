/** Tells what a run has spent so far, for budgets. */
import type { AgentProgress } from "@claudine/agents";
import type { AgentTokens, Run, TaskId } from "@claudine/protocol";
import { countedBefore, spentOf } from "./facts.ts";

export type SpendingPorts = {
  progress(): AgentProgress;
  /** Of a task, that have ended. */
  runsOf(id: TaskId): readonly Run[];
  /** It has spent more, or goes on to its next turn. */
  spending(run: { id: TaskId; attempt: number; turned: boolean }): void;
};

export type Spending = {
  /** Says what is new since it was last asked. */
  tell(): void;
  /** What earlier runs of its session have counted, where its tool counts the session. */
  before(): AgentTokens | undefined;
};

type Told = { steps: number | undefined; usd: number; tokens: number };

/** @param run of an earlier daemon when it is taken up: it is in the middle of a turn, whatever it has done before */
export function createSpending(
  { id, attempt, isTakenUp }: { id: TaskId; attempt: number; isTakenUp: boolean },
  ports: SpendingPorts,
): Spending {
  let known: { sessionId: string; tokens: AgentTokens } | undefined;
  let last: Told = { steps: isTakenUp ? undefined : 0, usd: 0, tokens: 0 };

  const before = (): AgentTokens | undefined => {
    const { sessionId, wholeSession } = ports.progress();
    if (wholeSession !== true || sessionId === undefined) return undefined;
    if (known?.sessionId !== sessionId)
      known = { sessionId, tokens: countedBefore(ports.runsOf(id), { sessionId, attempt }) };
    return known.tokens;
  };
  return {
    before,
    tell() {
      const progress = ports.progress();
      const now = { steps: progress.turns + progress.toolCalls, ...spentOf(progress, before()) };
      const turned = last.steps !== undefined && now.steps !== last.steps;
      const hasSpent = now.usd !== last.usd || now.tokens !== last.tokens;
      last = now;
      if (turned || hasSpent) ports.spending({ id, attempt, turned });
    },
  };
}
