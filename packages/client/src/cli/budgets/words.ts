/** Budgets in words. */
import type { Budget, BudgetScope } from "@claudine/protocol/budget";
import { formatTokens } from "@claudine/protocol/units";

export function scopeText(scope: BudgetScope): string {
  switch (scope.kind) {
    case "task":
      return `task ${scope.id}`;
    case "group":
      return `group ${scope.name}`;
    case "day":
      return "the day";
  }
}

/** `20.00 dollars, 5.0M tokens`. */
export function budgetAmount({ usd, tokens }: Partial<Budget>): string {
  return [
    ...(usd === undefined ? [] : [`${usd.toFixed(2)} dollars`]),
    ...(tokens === undefined ? [] : [`${formatTokens(tokens)} tokens`]),
  ].join(", ");
}
