/** What groups have spent on agents, and all of them together. */
import { BUDGET_MOST, charged, NOTHING, type Account, type Charge, type Spent } from "@claudine/protocol";
import { ALL_GROUPS } from "./groups.ts";

/** Whatever a tool says. */
export function sane(spent: Spent | undefined): Spent {
  return { usd: within(spent?.usd, BUDGET_MOST.usd), tokens: Math.round(within(spent?.tokens, BUDGET_MOST.tokens)) };
}

function within(value: number | undefined, most: number): number {
  return value === undefined || Number.isNaN(value) ? 0 : Math.min(Math.max(0, value), most);
}

export function book(accounts: Map<string, Account>, charge: Charge): void {
  for (const name of [ALL_GROUPS, charge.group]) accounts.set(name, withCharge(accounts.get(name), charge));
}

export function withCharge(account: Account | undefined, charge: Charge): Account {
  return charged(account ?? { total: NOTHING, days: {} }, charge);
}
