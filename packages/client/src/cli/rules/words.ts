/** A task's rules as the options that make them, for `edit`. */
import type { TaskInfo } from "@claudine/protocol/task";
import { exactBytes, exactDuration, exactTime } from "../exact.ts";
import { AFTER_OPTIONS } from "./depends.ts";

export type Word = string | number | boolean | readonly string[];

/** By option; what the task does not ask for is not there. */
export function ruleWords(task: TaskInfo): Record<string, Word> {
  return present({
    ...afterWords(task),
    "on-dependency-failure": task.onDependencyFailure,
    at: task.notBefore === null ? undefined : exactTime(task.notBefore),
    ...retryWords(task),
    ...limitWords(task),
    ...needWords(task),
    "task-budget": task.budget?.usd,
    "task-tokens": task.budget?.tokens,
    key: task.key,
    "max-fails": task.maxFails,
    "on-finish": task.onFinish,
  });
}

function afterWords({ after }: TaskInfo): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(AFTER_OPTIONS).map(([option, on]) => {
      const ids = after.filter((one) => one.on === on).map(({ id }) => id);
      return [option, ids.length === 0 ? undefined : ids.join(",")];
    }),
  );
}

function retryWords({ retry }: TaskInfo): Record<string, Word | undefined> {
  if (retry === null) return {};
  const { limit, delayMs, backoff, jitter, onExit, maxDelayMs } = retry;
  return {
    retries: limit,
    "retry-delay": delayMs === 0 ? undefined : exactDuration(delayMs),
    backoff: backoff === "constant" ? undefined : backoff,
    jitter: jitter || undefined,
    "retry-on-exit": onExit?.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(","),
    "max-delay": maxDelayMs === undefined ? undefined : exactDuration(maxDelayMs),
  };
}

function limitWords({ limits }: TaskInfo): Record<string, Word | undefined> {
  const { timeoutMs, idleTimeoutMs, warnSignal, graceMs, outputMaxBytes, whenOutputFull } = limits ?? {};
  const time = (ms: number | undefined) => (ms === undefined ? undefined : exactDuration(ms));
  return {
    timeout: time(timeoutMs),
    "idle-timeout": time(idleTimeoutMs),
    "warn-signal":
      warnSignal === undefined
        ? undefined
        : `${warnSignal.signal.replace(/^SIG/, "")}@${exactDuration(warnSignal.beforeMs)}`,
    grace: time(graceMs),
    "output-max": outputMaxBytes === undefined ? undefined : exactBytes(outputMaxBytes),
    "output-full": whenOutputFull,
  };
}

function needWords({ needs }: TaskInfo): Record<string, Word | undefined> {
  const { slots, locks, claims, cpus, memoryBytes, memoryMaxBytes } = needs ?? {};
  return {
    slots,
    lock: locks,
    claim: claims === undefined ? undefined : Object.entries(claims).map(([name, count]) => `${name}=${count}`),
    cpus,
    memory: memoryBytes === undefined ? undefined : exactBytes(memoryBytes),
    "memory-max": memoryMaxBytes === undefined ? undefined : exactBytes(memoryMaxBytes),
  };
}

function present(words: Record<string, Word | null | undefined>): Record<string, Word> {
  return Object.fromEntries(
    Object.entries(words).filter(
      (entry): entry is [string, Word] => entry[1] !== null && entry[1] !== undefined && entry[1] !== "",
    ),
  );
}
