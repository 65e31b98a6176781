/** What agents have spent, and the budgets that are used up: in `meta`, by group and scope. */
import { Account, BudgetReached, type BudgetScope, type TaskEvent } from "@claudine/protocol";
import { withCharge } from "../core/agent-accounts.ts";
import { reachedKey, scopeSetBy } from "../core/budgets.ts";
import { ALL_GROUPS } from "../core/groups.ts";
import type { Tables } from "./open.ts";

type Meta = Pick<Tables, "meta">;

const SPENT = "spent/";
const REACHED = "reached/";

export function reachedKeyOf(reached: Pick<BudgetReached, "scope" | "unit">): string {
  return REACHED + reachedKey(reached);
}

export function forgetReached({ meta }: Meta, scope: BudgetScope): void {
  for (const unit of ["usd", "tokens"] as const) void meta.remove(reachedKeyOf({ scope, unit }));
}

export function writeReached(tables: Meta, event: TaskEvent): void {
  const gone = event.type === "group.removed" ? ({ kind: "group", name: event.name } as const) : scopeSetBy(event);
  if (gone !== undefined) forgetReached(tables, gone);
  if (event.type === "budget.reached") void tables.meta.put(reachedKeyOf(event), BudgetReached.parse(event));
}

/** Read before the transaction, in which nothing is seen of what it writes. */
export function accountsAfter(tables: Meta, events: readonly TaskEvent[]): { write(): void } {
  const changed = new Map<string, Account | undefined>();
  const known = (name: string): Account | undefined =>
    changed.has(name) ? changed.get(name) : readMeta(tables, SPENT + name, Account);
  for (const event of events) {
    if (event.type === "group.removed") changed.set(event.name, undefined);
    if (event.type !== "run.finished" || event.spent === undefined) continue;
    for (const name of [ALL_GROUPS, event.spent.group]) changed.set(name, withCharge(known(name), event.spent));
  }
  return {
    write() {
      for (const [name, account] of changed)
        if (account === undefined) void tables.meta.remove(SPENT + name);
        else void tables.meta.put(SPENT + name, account);
    },
  };
}

/** One that cannot be read is left out: it is counted anew. */
export function readAccounts(tables: Meta, onUnreadable: (key: string) => void): [string, Account][] {
  return entries(tables, { prefix: SPENT, schema: Account, onUnreadable });
}

export function readReached(tables: Meta, onUnreadable: (key: string) => void): BudgetReached[] {
  return entries(tables, { prefix: REACHED, schema: BudgetReached, onUnreadable }).map(([, reached]) => reached);
}

type Schema<T> = { safeParse(value: unknown): { data?: T | undefined } };
type Kind<T> = { prefix: string; schema: Schema<T>; onUnreadable: (key: string) => void };

function entries<T>(tables: Meta, { prefix, schema, onUnreadable }: Kind<T>): [string, T][] {
  return [...tables.meta.getKeys({ start: prefix, end: `${prefix}\uffff` })].flatMap((key): [string, T][] => {
    const value = readMeta(tables, key, schema);
    if (value === undefined) onUnreadable(`meta/${key}`);
    return value === undefined ? [] : [[key.slice(prefix.length), value]];
  });
}

function readMeta<T>({ meta }: Meta, key: string, schema: Schema<T>): T | undefined {
  try {
    return schema.safeParse(meta.get(key)).data;
  } catch {
    return undefined;
  }
}
