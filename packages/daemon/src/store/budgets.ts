/** What agents have spent, and the budgets that are used up: in `meta`, by group and scope. */
import { Account, BudgetReached, type BudgetScope, type TaskEvent } from "@claudine/protocol";
import { withCharge } from "../core/agent-accounts.ts";
import { reachedKey, scopeSetBy } from "../core/budgets.ts";
import { ALL_GROUPS } from "../core/groups.ts";
import type { Tables } from "./open.ts";
import { readRecord } from "./valid.ts";

type Meta = Pick<Tables, "meta">;
type Accounts = Map<string, Account | undefined>;

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
  const changed = accountsFrom(events, (name) => readMeta(tables, SPENT + name, Account));
  return {
    write() {
      for (const [name, account] of changed)
        if (account === undefined) void tables.meta.remove(SPENT + name);
        else void tables.meta.put(SPENT + name, account);
    },
  };
}

/** What is about accounts in these events, added to what was known of each. */
export function accountsFrom(
  events: Iterable<TaskEvent>,
  known: (name: string) => Account | undefined = () => undefined,
): Accounts {
  const accounts: Accounts = new Map();
  const before = (name: string): Account | undefined => (accounts.has(name) ? accounts.get(name) : known(name));
  for (const event of events) {
    if (event.type === "group.removed") accounts.set(event.name, undefined);
    if (event.type !== "run.finished" || event.spent === undefined) continue;
    for (const name of [ALL_GROUPS, event.spent.group]) accounts.set(name, withCharge(before(name), event.spent));
  }
  return accounts;
}

/** One that cannot be read is counted anew from the journal, and told of. */
export function readAccounts(tables: Tables, onUnreadable: (key: string) => void): [string, Account][] {
  const lost: string[] = [];
  const read = entries(tables, {
    prefix: SPENT,
    schema: Account,
    onUnreadable(key) {
      lost.push(key.slice(`meta/${SPENT}`.length));
      onUnreadable(key);
    },
  });
  if (lost.length === 0) return read;
  const counted = accountsFrom(journalOf(tables));
  const mended = lost.flatMap((name): [string, Account][] => {
    const account = counted.get(name);
    try {
      mendAccount(tables, name, account);
    } catch {
      // A disk that takes nothing is no reason not to start.
    }
    return account === undefined ? [] : [[name, account]];
  });
  return [...read, ...mended];
}

function* journalOf(tables: Tables): Generator<TaskEvent> {
  for (const seq of tables.journal.getKeys()) {
    const record = readRecord(tables, "journal", seq);
    if (typeof record === "object") yield record.value as TaskEvent;
  }
}

/** Of those that the journal tells of, and those that are there: whose record is missing, or cannot be read. */
export function lostAccounts(tables: Meta, counted: Accounts): string[] {
  const there = [...tables.meta.getKeys({ start: SPENT, end: `${SPENT}\uffff` })].map((key) => key.slice(SPENT.length));
  const told = [...counted].flatMap(([name, account]) => (account === undefined ? [] : [name]));
  return [...new Set([...there, ...told])].filter((name) => readMeta(tables, SPENT + name, Account) === undefined);
}

/** Undefined where the journal knows of none. What was there is set aside, in one transaction. */
export function mendAccount({ root, meta, setAside }: Tables, name: string, account: Account | undefined): void {
  const key = SPENT + name;
  const bytes = meta.getBinary(key);
  root.transactionSync(() => {
    if (bytes !== undefined) setAside.putSync(`meta/${key}`, Buffer.from(bytes));
    if (account === undefined) meta.removeSync(key);
    else meta.putSync(key, account);
  });
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
