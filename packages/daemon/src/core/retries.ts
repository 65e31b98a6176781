/** Whether and when a run that ended badly is followed by another. */
import type { Outcome, RetryRule, Task, TaskState } from "@claudine/protocol";

export type Again = { afterMs: number; after?: "lost" | "pressure" };

/** So long a task that was ended to free memory stays out of the way, twice as long each time. */
const YIELD_MS = 30_000;
const YIELD_MS_MAX = 600_000;

export function yielded({ yieldedRuns = 0 }: Task): Again {
  return { after: "pressure", afterMs: Math.min(YIELD_MS * 2 ** Math.min(yieldedRuns, 10), YIELD_MS_MAX) };
}

/** Runs since somebody last asked for one count; those lost, ended to free memory, or out of quota are no retries. */
export function again(task: Task, state: TaskState, outcome: Outcome): Again | undefined {
  const { lostRuns = 0, yieldedRuns = 0, limitedRuns = 0 } = task;
  if (state === "lost" && lostRuns < task.lostRetries) return { after: "lost", afterMs: 0 };
  const runs = task.attempt - (task.retriedAt ?? 0) - lostRuns - yieldedRuns - limitedRuns;
  const { retry } = task;
  if (retry === undefined || runs > retry.limit || !isForRule(retry, state, outcome)) return undefined;
  return { afterMs: delayOf(retry, { runs, seed: `${task.uid}.${task.attempt}` }) };
}

function isForRule({ onExit }: RetryRule, state: TaskState, outcome: Outcome): boolean {
  if (state !== "failed" && state !== "timed-out") return false;
  if (onExit === undefined) return true;
  return outcome.kind === "exited" && onExit.some(({ from, to }) => outcome.exitCode >= from && outcome.exitCode <= to);
}

/** `runs` is 1 before the first retry. The jitter of a run is always the same, so that a restart changes nothing. */
export function delayOf(rule: RetryRule, { runs, seed }: { runs: number; seed: string }): number {
  const grown = rule.backoff === "exponential" ? rule.delayMs * 2 ** Math.min(runs - 1, 50) : rule.delayMs;
  const delayMs = Math.min(grown, rule.maxDelayMs ?? Number.MAX_SAFE_INTEGER);
  return rule.jitter ? Math.round(delayMs * (0.5 + share(seed) / 2)) : delayMs;
}

/** A number from 0 to 1 that looks random (FNV-1a). */
function share(seed: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
