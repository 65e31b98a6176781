/** Why a budget keeps tasks from starting, in words. */
import { formatDuration, formatTokens } from "@claudine/protocol";
import { dayAt, scopeKey, spentIn, told, type Limit } from "./budgets.ts";
import type { State } from "./state.ts";

/** `budget of group night: 20.00 of 20.00 dollars spent`. */
export function reachedWords({ scope, unit, limit }: Omit<Limit, "perDay">, spent: number): string {
  const whose = scope.kind === "day" ? "the day" : scopeKey(scope);
  const amount = (value: number) => (unit === "usd" ? value.toFixed(2) : formatTokens(value));
  return `budget of ${whose}: ${amount(spent)} of ${amount(limit)} ${unit === "usd" ? "dollars" : "tokens"} spent`;
}

/** Why nothing more of a scope is started. */
export function budgetWords(state: State, limit: Limit, wall: number): string {
  const spent = Math.max(spentIn(state, limit.scope, limit.perDay)[limit.unit], told(state, limit)?.spent ?? 0);
  const words = reachedWords(limit, spent);
  if (!limit.perDay) return words;
  const { endsAt } = dayAt(state, wall);
  return `${words}, new day ${state.calendar.clockText(endsAt, endsAt)} (in ${formatDuration(endsAt - wall)})`;
}
