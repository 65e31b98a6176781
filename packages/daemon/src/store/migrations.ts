/** What brings an older store up to date, by the version it starts from. */
import { isFinished, STATES, type Task, type TaskId } from "@claudine/protocol";
import { asBinary, type Key } from "lmdb";
import type { Tables } from "./open.ts";
import { tableOf } from "./table-of.ts";
import type { Migrations } from "./schema.ts";
import { readRecord } from "./valid.ts";

export const MIGRATIONS: Migrations = { 1: toLiveTable, 2: toSchedules, 3: toAgents };

/** Unfinished tasks get a table of their own, environments a count of their tasks, and `head` goes to the page of the roots. */
function toLiveTable(tables: Tables): void {
  for (const state of STATES.filter((one) => !isFinished(one))) {
    const entries = [...tables.byState.getKeys({ start: [state, 0], end: [state, Infinity] })];
    for (const [, id] of entries) {
      tables.byState.removeSync([state, id]);
      if (!isDone(tables, id)) move(tables, { from: "finished", to: "live", key: id });
    }
  }
  countUses(tables);
  move(tables, { from: "meta", to: "root", key: "head" });
}

/** The index may be wrong about it. */
function isDone(tables: Tables, id: TaskId): boolean {
  const record = readRecord(tables, "finished", id);
  return typeof record === "object" && isFinished((record.value as Task).status.state);
}

/** The tables of schedules are made when they are opened; a version that knows nothing of them must not go on with their events. */
function toSchedules(): void {}

/**
 * The tables of agents' texts are made when they are opened; an older version would run the tool without its prompt, and
 * must not go on with the events of worktrees.
 */
function toAgents(): void {}

/** As bytes, so that what cannot be read stays what it was. */
function move(tables: Tables, { from, to, key }: { from: keyof Tables; to: keyof Tables; key: Key }): void {
  const bytes = tableOf(tables, from).getBinary(key);
  if (bytes === undefined) return;
  tableOf(tables, to).putSync(key, asBinary(Buffer.from(bytes)));
  tableOf(tables, from).removeSync(key);
}

/** There was a reference for each task, [environment, task]. Without any nothing is known, and what has no count is kept. */
function countUses(tables: Tables): void {
  const references = tables.root.openDB<true, [string, TaskId]>({ name: "env-refs" });
  if (references.getKeysCount({ limit: 1 }) === 0) return;
  const uses = new Map([...tables.envs.getKeys()].map((envId) => [envId, 0]));
  for (const [envId] of references.getKeys()) uses.set(envId, (uses.get(envId) ?? 0) + 1);
  for (const [envId, count] of uses) tables.envUses.putSync(envId, count);
  references.clearSync();
}
