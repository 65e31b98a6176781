/** What a task asks for after a change: parts that were not said stay as they are at this moment. */
import {
  ClaudineError,
  type Batch,
  type ChangeTask,
  type RetryRule,
  type Task,
  type TaskChanges,
} from "@claudine/protocol";

/** A change as it was asked for, with the command as it executes. */
export type ChangeWish = Omit<ChangeTask, "command"> & Pick<TaskChanges, "command" | "argv">;

type Ruled = Pick<Task, "retry" | "limits" | "needs" | "budget" | "batch">;

const NO_RETRY: Omit<RetryRule, "limit"> = { delayMs: 0, backoff: "constant", jitter: false };

/** @throws ClaudineError invalid_params */
export function mergeRules(task: Ruled, verb: string, wish: Omit<ChangeWish, "delayMs">): TaskChanges {
  const { retry, limits, needs, budget, maxFails, ...plain } = wish;
  return {
    ...plain,
    ...(retry === undefined ? {} : { retry: retry === null ? null : mergeRetry(task.retry, verb, retry) }),
    ...(limits === undefined ? {} : { limits: limits === null ? null : orNull(merge(task.limits ?? {}, limits)) }),
    ...(needs === undefined ? {} : { needs: needs === null ? null : orNull(merge(task.needs ?? {}, needs)) }),
    ...(budget === undefined ? {} : { budget: budget === null ? null : orNull(merge(task.budget ?? {}, budget)) }),
    ...(maxFails === undefined ? {} : { batch: batchOf(task, verb, maxFails) }),
  };
}

/** Null takes a part away. */
function merge<T extends object>(base: T, parts: object): T {
  const merged = { ...base };
  for (const [name, value] of Object.entries(parts)) {
    if (value === null) Reflect.deleteProperty(merged, name);
    else if (value !== undefined) Reflect.set(merged, name, value);
  }
  return merged;
}

function orNull<T extends object>(rules: T): T | null {
  return Object.keys(rules).length === 0 ? null : rules;
}

function mergeRetry(
  base: RetryRule | undefined,
  verb: string,
  parts: NonNullable<ChangeTask["retry"]>,
): RetryRule | null {
  if (parts.limit === null) return null;
  const limit = parts.limit ?? base?.limit;
  if (limit === undefined)
    throw new ClaudineError("invalid_params", `Cannot ${verb}: it is not retried at all`, {
      hint: "Say how often as well: --retries 3",
    });
  return merge<RetryRule>({ ...NO_RETRY, ...base, limit }, { ...parts, ...defaults(parts) });
}

/** These have a value in every rule. */
function defaults(parts: NonNullable<ChangeTask["retry"]>): Partial<RetryRule> {
  return {
    ...(parts.delayMs === null ? { delayMs: NO_RETRY.delayMs } : {}),
    ...(parts.backoff === null ? { backoff: NO_RETRY.backoff } : {}),
    ...(parts.jitter === null ? { jitter: NO_RETRY.jitter } : {}),
  };
}

/** Null lets all of them fail. */
function batchOf({ batch }: Ruled, verb: string, maxFails: number | null): Batch {
  if (batch !== undefined) return { ...batch, maxFails: maxFails ?? batch.size };
  throw new ClaudineError("invalid_params", `Cannot ${verb}: it is not of a batch that counts failures`, {
    hint: "claudine submit --max-fails N makes one",
  });
}
