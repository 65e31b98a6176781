/** What agents have spent, on the disk. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TaskEvent } from "@claudine/protocol";
import { beforeEach, expect, test } from "vitest";
import {
  accountsAfter,
  accountsFrom,
  lostAccounts,
  readAccounts,
  readReached,
  reachedKeyOf,
  writeReached,
} from "./budgets.ts";
import { openTables, type Tables } from "./open.ts";

let tables: Tables;
beforeEach(() => {
  const dir = mkdtempSync(join(tmpdir(), "claudine-budgets-"));
  tables = openTables(join(dir, "store"));
  return async () => {
    await tables.root.close();
    rmSync(dir, { recursive: true });
  };
});

const ended = (group: string, usd: number): TaskEvent => ({
  type: "run.finished",
  seq: 1,
  at: 1,
  id: 1,
  attempt: 1,
  state: "succeeded",
  outcome: { kind: "exited", exitCode: 0 },
  startedAt: 1,
  finishedAt: 2,
  usage: { cpuMs: 0, userMs: 0, systemMs: 0, peakRssBytes: 0, avgRssBytes: 0, readBytes: 0, writeBytes: 0, wallMs: 0 },
  note: null,
  spent: { usd, tokens: 10, group, day: "2026-11-22" },
});
const write = (...events: TaskEvent[]) => {
  const accounts = accountsAfter(tables, events);
  return tables.root.batch(accounts.write);
};
const read = () => Object.fromEntries(readAccounts(tables, () => expect.fail("one cannot be read")));

test("all ends of a commit count, for their groups and for all", async () => {
  await write(ended("a", 1), ended("a", 2), ended("b", 0.5));
  await write(ended("a", 0.1));
  expect(read()).toEqual({
    "*": { total: { usd: 3.6, tokens: 40 }, days: { "2026-11-22": { usd: 3.6, tokens: 40 } } },
    a: { total: { usd: 3.1, tokens: 30 }, days: { "2026-11-22": { usd: 3.1, tokens: 30 } } },
    b: { total: { usd: 0.5, tokens: 10 }, days: { "2026-11-22": { usd: 0.5, tokens: 10 } } },
  });
});

test("a group that is removed is forgotten, also in the commit in which it spends something", async () => {
  await write(ended("a", 1), { type: "group.removed", name: "a", seq: 2, at: 1 });
  expect(Object.keys(read())).toEqual(["*"]);
  await write({ type: "group.removed", name: "a", seq: 2, at: 1 }, ended("a", 2));
  expect(read()["a"]?.total).toEqual({ usd: 2, tokens: 10 });
});

test("an account that cannot be read is counted anew from the journal, once, and its bytes are set aside", async () => {
  const events = [ended("a", 1), ended("b", 2), ended("a", 0.5)].map((event, index) => ({ ...event, seq: index + 1 }));
  for (const event of events) await tables.journal.put(event.seq, event);
  await write(...events);
  const before = read();
  await tables.meta.put("spent/a", "damaged");
  const unreadable: string[] = [];
  const found = readAccounts(tables, (key) => unreadable.push(key));
  expect(Object.fromEntries(found)).toEqual(before);
  expect(unreadable).toEqual(["meta/spent/a"]);
  expect(tables.setAside.getKeysCount()).toBe(1);
  expect(read()).toEqual(before);
});

test("one that the journal tells of and that is gone is lost; one of a group that was removed is not", async () => {
  const events = [ended("a", 1), ended("b", 2), { type: "group.removed", name: "b", seq: 3, at: 1 } as const];
  await write(...events);
  expect(lostAccounts(tables, accountsFrom(events))).toEqual([]);
  await tables.meta.remove("spent/*");
  await tables.meta.remove("spent/a");
  expect(lostAccounts(tables, accountsFrom(events))).toEqual(["*", "a"]);
});

test("what cannot be read is told, and the rest is there", async () => {
  await write(ended("a", 1));
  await tables.meta.put("spent/a", "damaged");
  await tables.meta.put(reachedKeyOf({ scope: { kind: "day" }, unit: "usd" }), { scope: "damaged" });
  const unreadable: string[] = [];
  expect(readAccounts(tables, (key) => unreadable.push(key)).map(([name]) => name)).toEqual(["*"]);
  expect(readReached(tables, (key) => unreadable.push(key))).toEqual([]);
  expect(unreadable).toEqual(["meta/spent/a", "meta/reached/day usd"]);
});

test("what was told of a budget is kept until that is set again, and what is told then stays", async () => {
  const at = { seq: 1, at: 1 };
  const scope = { kind: "group", name: "night" } as const;
  const reached = { ...at, type: "budget.reached", scope, unit: "usd", limit: 10, spent: 11, day: null } as const;
  const task = { ...reached, scope: { kind: "task", id: 7 } } as const;
  const group = (change: object) => ({ ...at, type: "group.changed", name: "night", ...change }) as const;
  const told = async (...events: TaskEvent[]) => {
    await tables.root.batch(() => events.forEach((event) => writeReached(tables, event)));
    return readReached(tables, expect.fail).map((one) => one.scope.kind);
  };
  expect(await told(reached, task)).toEqual(["group", "task"]);
  expect(await told(group({ slots: 3 }), { ...at, type: "task.changed", id: 7, changes: { label: "x" } })).toEqual([
    "group",
    "task",
  ]);
  expect(await told(group({ budget: { usd: 10, per: "total" } }), reached)).toEqual(["group", "task"]);
  expect(await told(group({ budget: { usd: 20, per: "total" } }))).toEqual(["task"]);
  expect(await told({ ...at, type: "task.changed", id: 7, changes: { budget: null } })).toEqual([]);
});
