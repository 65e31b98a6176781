/** Makes a task's rules from the options. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { ChangeTask } from "@claudine/protocol/methods";
import { flag, type Flagged, list, text } from "../input.ts";
import { AFTER_OPTIONS, dependencies, type FindIds, schedulesAfter } from "./depends.ts";
import { delayed, moment } from "./not-before.ts";
import {
  claims,
  cores,
  DAY_MS,
  dollars,
  duration,
  exitCodes,
  lockNames,
  size,
  tokenCount,
  warnSignal,
  wholeNumber,
} from "./values.ts";

/** Null takes a rule away, or a part of it. */
export type RuleChanges = Pick<
  ChangeTask,
  "after" | "onDependencyFailure" | "notBefore" | "delayMs" | "retry" | "limits" | "needs" | "budget"
>;

export type Asked = {
  input: Flagged;
  /** As in "Cannot submit: …". */
  verb: string;
  /** The word `none` takes a rule away. */
  clearable: boolean;
  now: number;
  find: FindIds;
};

const NONE = "none";

/** Of a task that is there only the parts that were given: the daemon knows the others. @throws ClaudineError invalid_params, not_found */
export async function readRules(asked: Asked): Promise<RuleChanges> {
  const { verb, input } = asked;
  try {
    const retry = partsOf<NonNullable<RuleChanges["retry"]>>(asked, RETRY);
    const limits = partsOf<NonNullable<RuleChanges["limits"]>>(asked, LIMITS);
    const needs = partsOf<NonNullable<RuleChanges["needs"]>>(asked, NEEDS);
    const budget = partsOf<NonNullable<RuleChanges["budget"]>>(asked, BUDGET);
    const start = await readStart(asked);
    const after = await readAfter(asked);
    const onFailure = text(input, "on-dependency-failure");
    const schedules = schedulesAfter(input);
    if (asked.clearable && schedules.length > 0)
      throw refuse("a schedule can be waited for only from the submit on", "Name a task of it, or label:NAME");
    const isLost = onFailure !== undefined && after === undefined && schedules.length === 0;
    if (!asked.clearable) checkNew({ retry, limits, needs, isLost });
    return leaveOut({
      after,
      onDependencyFailure: onFailure as RuleChanges["onDependencyFailure"],
      ...start,
      retry: retry?.limit === null ? null : retry,
      limits,
      needs,
      budget,
    });
  } catch (error) {
    if (!(error instanceof ClaudineError) || error.message.startsWith("Cannot ")) throw error;
    throw new ClaudineError(error.code, `Cannot ${verb}: ${error.message}`, { hint: error.hint });
  }
}

type New = Pick<RuleChanges, "retry" | "limits" | "needs">;

/** What all is known of is refused here, in the words of the options. */
function checkNew({
  retry,
  limits,
  needs,
  isLost,
}: { [K in keyof New]: New[K] | undefined } & { isLost: boolean }): void {
  checkRetry(retry);
  checkLimits(limits);
  checkNeeds(needs);
  if (isLost) throw refuse("--on-dependency-failure goes with --after, --after-any or --after-failure");
}

function refuse(why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", why, { hint });
}

function leaveOut(changes: { [K in keyof RuleChanges]: RuleChanges[K] | undefined }): RuleChanges {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as RuleChanges;
}

/** An option, the key of the rule that it sets, and how its words are read. */
type Row = { option: string; key: string; read: (words: readonly string[]) => unknown };

const one = (option: string, key: string, read: (word: string) => unknown): Row => ({
  option,
  key,
  read: ([word = ""]) => read(word),
});

const RETRY: readonly Row[] = [
  one("retries", "limit", (word) => wholeNumber(word, 0, 1000)),
  one("retry-delay", "delayMs", (word) => duration(word)),
  one("backoff", "backoff", (word) => word),
  one("jitter", "jitter", () => true),
  one("retry-on-exit", "onExit", exitCodes),
  one("max-delay", "maxDelayMs", (word) => duration(word)),
];

const LIMITS: readonly Row[] = [
  one("timeout", "timeoutMs", (word) => duration(word, { min: 1 })),
  one("idle-timeout", "idleTimeoutMs", (word) => duration(word, { min: 1 })),
  one("warn-signal", "warnSignal", warnSignal),
  one("grace", "graceMs", (word) => duration(word, { max: DAY_MS })),
  one("output-max", "outputMaxBytes", size),
  one("output-full", "whenOutputFull", (word) => word),
];

const NEEDS: readonly Row[] = [
  one("slots", "slots", (word) => wholeNumber(word, 1, 100_000)),
  one("cpus", "cpus", cores),
  one("memory", "memoryBytes", size),
  one("memory-max", "memoryMaxBytes", size),
  { option: "lock", key: "locks", read: lockNames },
  { option: "claim", key: "claims", read: claims },
];

const BUDGET: readonly Row[] = [one("task-budget", "usd", dollars), one("task-tokens", "tokens", tokenCount)];

/** Undefined when none of the options was given; null takes a part away. */
function partsOf<Parts extends object>(asked: Asked, rows: readonly Row[]): Parts | undefined {
  const given = rows.flatMap(({ option, key, read }): [string, unknown][] => {
    const words = wordsOf(asked.input, option);
    if (words.length === 0) return [];
    const isNone = asked.clearable && words.length === 1 && words[0] === NONE;
    return [[key, isNone ? null : naming(option, () => read(words))]];
  });
  return given.length === 0 ? undefined : (Object.fromEntries(given) as Parts);
}

function wordsOf(input: Flagged, option: string): readonly string[] {
  if (flag(input, option)) return [""];
  const word = text(input, option);
  return word === undefined ? list(input, option) : [word];
}

/** Puts the option's name before what is wrong with its value. */
function naming<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw named(option, error);
  }
}

function named(option: string, error: unknown): unknown {
  return error instanceof ClaudineError
    ? new ClaudineError(error.code, `--${option} ${error.message}`, { hint: error.hint })
    : error;
}

function checkRetry(retry: New["retry"]): void {
  if (retry === null || retry === undefined) return;
  if (retry.limit === undefined || retry.limit === null) {
    const given = RETRY.find(({ key }) => Object.hasOwn(retry, key));
    throw refuse(`--${given?.option} goes with --retries`, "Say how often: --retries 3");
  }
  const waits = (retry.delayMs ?? 0) > 0;
  if (retry.backoff === "exponential" && !waits)
    throw refuse("--backoff exponential doubles a delay, and there is none", "Add --retry-delay 5s");
  if (retry.jitter === true && !waits)
    throw refuse("--jitter varies a delay, and there is none", "Add --retry-delay 5s");
  if (retry.maxDelayMs === undefined || retry.maxDelayMs === null) return;
  if (retry.backoff !== "exponential")
    throw refuse("--max-delay goes with --backoff exponential", "Without it the delay stays as it is");
  if (retry.maxDelayMs < (retry.delayMs ?? 0)) throw refuse("--max-delay is shorter than --retry-delay");
}

function checkLimits(limits: New["limits"]): void {
  const { timeoutMs, warnSignal: warning } = limits ?? {};
  if (warning === undefined || warning === null) return;
  if (timeoutMs === undefined || timeoutMs === null)
    throw refuse("--warn-signal goes with --timeout", "Say how long it may run: --timeout 1h");
  if (warning.beforeMs >= timeoutMs)
    throw refuse("--warn-signal comes before the task has begun", "Give a time that is shorter than --timeout");
}

function checkNeeds(needs: New["needs"]): void {
  const { memoryBytes, memoryMaxBytes } = needs ?? {};
  if (typeof memoryBytes === "number" && typeof memoryMaxBytes === "number" && memoryBytes > memoryMaxBytes)
    throw refuse("--memory is more than --memory-max", "It would be ended before it has what it needs");
}

async function readStart({ input, clearable, now }: Asked): Promise<Pick<RuleChanges, "notBefore" | "delayMs">> {
  const [delay, at] = [text(input, "delay"), text(input, "at")];
  if (delay !== undefined && at !== undefined) throw refuse("--delay does not go with --at", "Give one of them");
  if (clearable && (delay ?? at) === NONE) return { notBefore: null };
  try {
    // The daemon counts it on a clock that nobody sets.
    if (delay !== undefined) return { delayMs: (await delayed(delay, now)) - now };
    return at === undefined ? {} : { notBefore: await moment(at, now) };
  } catch (error) {
    throw named(delay === undefined ? "at" : "delay", error);
  }
}

async function readAfter({ input, clearable, find }: Asked): Promise<RuleChanges["after"]> {
  const words = Object.keys(AFTER_OPTIONS).flatMap((option) => list(input, option));
  return clearable && words.length === 1 && words[0] === NONE ? null : dependencies(input, find);
}
