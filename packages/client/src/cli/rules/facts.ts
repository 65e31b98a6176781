/** A task's rules in words, for `show`. */
import type { DependsOn } from "@claudine/protocol/rules";
import type { TaskInfo } from "@claudine/protocol/task";
import { exactBytes, exactDuration } from "../exact.ts";
import { clock, type Fact } from "../task-values.ts";

/** Empty values are left out by whoever prints them. */
type Ruled = Pick<
  TaskInfo,
  | "after"
  | "onDependencyFailure"
  | "notBefore"
  | "retry"
  | "limits"
  | "needs"
  | "units"
  | "maxFails"
  | "key"
  | "onFinish"
>;

export function ruleFacts(task: Ruled, now: number): Fact[] {
  const { locks = [] } = task.needs ?? {};
  return [
    ["After", afterText(task)],
    ["Starts", startText(task, now)],
    ["Retries", retryText(task)],
    ["Timeout", timeoutText(task)],
    ["Output", outputText(task)],
    ["Needs", needsText(task)],
    ["Locks", locks.join(", ")],
    ["Claims", claimsText(task)],
    ["Batch", task.maxFails === null ? "" : `given up when more than ${task.maxFails} of it have failed`],
    ["Key", task.key ?? ""],
    ["Then", task.onFinish ?? ""],
  ];
}

const WISHES: Readonly<Record<DependsOn, string>> = {
  success: "succeeded",
  any: "ended",
  failure: "ended without success",
};
const OTHERWISE = { skip: "skipped", cancel: "cancelled", run: "started anyway", hold: "held" } as const;

function afterText({ after, onDependencyFailure }: Ruled): string {
  if (after.length === 0) return "";
  const kinds = (["success", "any", "failure"] as const).flatMap((on) => {
    const ids = after.filter((one) => one.on === on).map(({ id }) => id);
    return ids.length === 0
      ? []
      : [`${ids.length === 1 ? "task" : "tasks"} ${ids.join(", ")} ${ids.length === 1 ? "has" : "have"} ${WISHES[on]}`];
  });
  return `${kinds.join("; ")}; otherwise ${OTHERWISE[onDependencyFailure ?? "skip"]}`;
}

function startText({ notBefore }: Ruled, now: number): string {
  if (notBefore === null) return "";
  const left = Math.ceil(Math.max(0, notBefore - now) / 1000) * 1000;
  return `not before ${clock(notBefore)}${left > 0 ? ` (in ${exactDuration(left)})` : ""}`;
}

function retryText({ retry }: Ruled): string {
  if (retry === null) return "";
  const { limit, delayMs, backoff, maxDelayMs, jitter, onExit } = retry;
  const most = maxDelayMs === undefined ? "" : `, at most ${exactDuration(maxDelayMs)}`;
  const growth = backoff === "exponential" ? `, twice as long each time${most}` : "";
  const parts = [
    `at most ${limit}`,
    ...(delayMs === 0 ? [] : [`after ${exactDuration(delayMs)}${growth}${jitter ? ", with jitter" : ""}`]),
    ...(onExit === undefined
      ? []
      : [`only for exit codes ${onExit.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(", ")}`]),
  ];
  return parts.join("; ");
}

function timeoutText({ limits }: Ruled): string {
  if (limits === null) return "";
  const { timeoutMs, idleTimeoutMs, warnSignal, graceMs } = limits;
  return [
    ...(timeoutMs === undefined ? [] : [exactDuration(timeoutMs)]),
    ...(idleTimeoutMs === undefined ? [] : [`${exactDuration(idleTimeoutMs)} without output`]),
    ...(warnSignal === undefined ? [] : [`${warnSignal.signal} ${exactDuration(warnSignal.beforeMs)} before`]),
    ...(graceMs === undefined ? [] : [`grace ${exactDuration(graceMs)}`]),
  ].join("; ");
}

const WHEN_FULL = {
  "truncate-middle": "of more, head and tail are kept",
  "stop-keeping": "of more, the head is kept",
  kill: "it is ended when it writes more",
} as const;

function outputText({ limits }: Ruled): string {
  const { outputMaxBytes, whenOutputFull } = limits ?? {};
  return [
    ...(outputMaxBytes === undefined ? [] : [`at most ${exactBytes(outputMaxBytes)} is kept`]),
    ...(whenOutputFull === undefined ? [] : [WHEN_FULL[whenOutputFull]]),
  ].join("; ");
}

function needsText({ needs }: Ruled): string {
  if (needs === null) return "";
  const { slots, cpus, memoryBytes, memoryMaxBytes } = needs;
  return [
    ...(slots === undefined ? [] : [`${slots} ${slots === 1 ? "slot" : "slots"}`]),
    ...(cpus === undefined ? [] : [`${cpus} ${cpus === 1 ? "core" : "cores"}`]),
    ...(memoryBytes === undefined ? [] : [`${exactBytes(memoryBytes)} of memory`]),
    ...(memoryMaxBytes === undefined ? [] : [`never more than ${exactBytes(memoryMaxBytes)} of memory`]),
  ].join(", ");
}

/** With the units that a running task got. */
function claimsText({ needs, units }: Ruled): string {
  return Object.entries(needs?.claims ?? {})
    .map(([name, count]) => {
      const own = units?.[name];
      return `${count} ${name}${own === undefined ? "" : ` (unit ${own.join(", ")})`}`;
    })
    .join(", ");
}
