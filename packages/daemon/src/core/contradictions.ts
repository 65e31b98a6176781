/** Rules that contradict each other, in words, with what would be right. */
import { formatBytes, formatDuration, type TaskChanges, type TaskSpec } from "@claudine/protocol";

type Checked = "onDependencyFailure" | "retry" | "limits" | "needs";
type Rules = Pick<TaskSpec, Checked> | Pick<TaskChanges, Checked>;
type Contradiction = { what: string; hint: string };

/** The first that is found; `isAlone` when it depends on nothing. */
export function contradictionIn(rules: Rules, isAlone: boolean): Contradiction | undefined {
  if (rules.onDependencyFailure !== undefined && rules.onDependencyFailure !== "skip" && isAlone)
    return { what: "it depends on nothing, so nothing of that can fail", hint: "Say what it waits for: --after 5" };
  return inRetry(rules.retry) ?? inLimits(rules.limits) ?? inNeeds(rules.needs);
}

function inRetry(retry: TaskChanges["retry"]): Contradiction | undefined {
  if (retry === undefined || retry === null) return undefined;
  const { delayMs, maxDelayMs, backoff, jitter } = retry;
  const hint = "Give a delay as well: --retry-delay 5s";
  if (delayMs === 0 && backoff === "exponential") return { what: "there is no delay between retries to double", hint };
  if (delayMs === 0 && jitter) return { what: "there is no delay between retries to vary", hint };
  if (maxDelayMs === undefined) return undefined;
  if (backoff !== "exponential")
    return { what: "a longest delay is for delays that grow", hint: "Let them grow: --backoff exponential" };
  if (maxDelayMs >= delayMs) return undefined;
  const [most, first] = [formatDuration(maxDelayMs), formatDuration(delayMs)];
  return { what: `the longest delay (${most}) is shorter than the first (${first})`, hint: "Raise --max-delay" };
}

function inLimits(limits: TaskChanges["limits"]): Contradiction | undefined {
  const { timeoutMs, warnSignal } = limits ?? {};
  if (warnSignal === undefined || (timeoutMs !== undefined && warnSignal.beforeMs < timeoutMs)) return undefined;
  const before = formatDuration(warnSignal.beforeMs);
  return timeoutMs === undefined
    ? { what: `a signal ${before} before the timeout needs a timeout`, hint: "Say how long it may run: --timeout 1h" }
    : {
        what: `a signal ${before} before the timeout comes before it has begun, as it may run for ${formatDuration(timeoutMs)}`,
        hint: "Give --warn-signal a time that is shorter than --timeout",
      };
}

function inNeeds(needs: TaskChanges["needs"]): Contradiction | undefined {
  const { memoryBytes, memoryMaxBytes } = needs ?? {};
  if (memoryBytes === undefined || memoryMaxBytes === undefined || memoryBytes <= memoryMaxBytes) return undefined;
  return {
    what: `it needs ${formatBytes(memoryBytes)} of memory, and may use ${formatBytes(memoryMaxBytes)}`,
    hint: "Raise --memory-max",
  };
}
