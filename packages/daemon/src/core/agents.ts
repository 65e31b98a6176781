/** What the reports of agents mean: who is tried next, what needs a person, and whether a run did what was asked. */
import type { AgentEnd, Attention, EventBody, LiveRun, StopCause, Task, TaskId } from "@claudine/protocol";
import type { Facts } from "./decide.ts";
import { stopRun } from "./stop.ts";

/** Of these another provider may have none. */
const OUT_OF_CAPACITY: ReadonlySet<string> = new Set(["overloaded", "usage-limit", "rate-limit"]);

/** The choice that is tried after a run that failed; undefined when there is none, or another would fare no better. */
export function nextChoice({ agent, agentAt = 0 }: Task, end: AgentEnd | undefined): number | undefined {
  if (agent === undefined || !OUT_OF_CAPACITY.has(end?.error?.class ?? "")) return undefined;
  return agentAt + 1 < agent.choices.length ? agentAt + 1 : undefined;
}

/** A report about a run that goes on: somebody should look at it, or need not any more; with a cause it is ended. */
export type AttentionReport = {
  type: "report-attention";
  id: TaskId;
  attempt: number;
  attention: Attention | null;
  end?: Extract<StopCause, "quiet" | "lingering"> | undefined;
};

export function decideAttention(facts: Facts, { id, attempt, attention, end }: AttentionReport): EventBody[] {
  const task = facts.lookup(id);
  if (task === undefined || !("run" in task.status) || task.status.run.attempt !== attempt) return [];
  const { run } = task.status;
  if (end !== undefined && attention !== null)
    return run.stopping === undefined
      ? stopRun(facts, { cause: end, signal: "SIGTERM", note: attention.note }, task)
      : [];
  if (run.attention?.kind === attention?.kind) return [];
  return [{ type: "run.attention", id, attempt, attention }];
}

/** Exit code 0 is not all that an agent says of how it went. */
export function didFail(agent: AgentEnd | undefined): boolean {
  return agent?.ok === false;
}

/** Nobody wanted its end: one that lingers is over, and would only not go. */
export function endedByItself({ stopping }: LiveRun): boolean {
  return stopping === undefined || stopping.cause === "lingering";
}

const AFTER_THE_ANSWER: ReadonlySet<StopCause | undefined> = new Set(["lingering", "budget", "budget-hold"]);

/** It had answered when it was ended. */
export function hadAnswered({ stopping }: LiveRun, agent: AgentEnd | undefined): boolean {
  return agent?.ok === true && AFTER_THE_ANSWER.has(stopping?.cause);
}
