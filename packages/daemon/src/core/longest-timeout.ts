/** Where the configuration has a longest timeout, every task has one. */
import type { Limits } from "@claudine/protocol";
import type { Settings } from "./settings.ts";

export function withTimeout<T extends { limits?: Limits | null | undefined }>(
  { maxTimeoutMs }: Pick<Settings, "maxTimeoutMs">,
  rules: T,
): T {
  if (maxTimeoutMs === undefined || rules.limits?.timeoutMs !== undefined) return rules;
  return { ...rules, limits: { ...rules.limits, timeoutMs: maxTimeoutMs } };
}
