/** The store: everything durable, behind one small face. */
import type { Task, TaskId } from "@claudine/protocol";
import type { Seed } from "../core/state.ts";
import { dirname } from "node:path";
import { backupStore, noteLineage } from "./backup.ts";
import { createCommitter, type Committer } from "./commit.ts";
import { loadHead } from "./head.ts";
import { openTables, type Tables } from "./open.ts";
import type { Backup, Reader } from "../reader.ts";
import { createReader, LIVE_STATES } from "./read.ts";
import { readRecord, readTask } from "./valid.ts";

export type Store = Reader &
  Backup & {
    commit: Committer;
    /** What is not finished, and where the counters stand. */
    load(defaultSlots: number): Seed;
    /** Boot in which a daemon last started on this store. */
    lastBoot(): string | undefined;
    close(): Promise<void>;
  };

export type StoreOptions = {
  path: string;
  journalKeep: number;
  /** Told of a record that cannot be read; the others are served. */
  onUnreadable: (key: string) => void;
};

/** @throws ClaudineError version_mismatch, storage */
export function openStore({ path, journalKeep, onUnreadable }: StoreOptions): Store {
  const tables = openTables(path);
  noteLineage(dirname(path), tables);
  return {
    ...createReader(tables, onUnreadable),
    commit: createCommitter(tables, { journalKeep, path }),
    load: (defaultSlots) => load(tables, { path, defaultSlots, onUnreadable }),
    backup: (file) => backupStore(tables, file),
    lastBoot() {
      const boot = tables.meta.get("boot");
      return typeof boot === "string" ? boot : undefined;
    },
    async close() {
      await tables.root.flushed;
      await tables.root.close();
    },
  };
}

type LoadOptions = { path: string; defaultSlots: number; onUnreadable: (key: string) => void };

function load(tables: Tables, { path, defaultSlots, onUnreadable }: LoadOptions): Seed {
  return {
    ...loadHead(tables, path, onUnreadable),
    defaultSlots,
    groups: readGroups(tables, onUnreadable),
    tasks: liveTasks(tables, onUnreadable),
  };
}

function readGroups(tables: Tables, onUnreadable: (key: string) => void): { name: string; slots: number }[] {
  return [...tables.groups.getKeys()].flatMap((name) => {
    const record = readRecord(tables, "groups", name);
    if (typeof record === "object") return [{ name, slots: (record.value as { slots: number }).slots }];
    onUnreadable(`groups/${name}`);
    return [];
  });
}

/** Unreadable records are copied aside as raw bytes, so that a later repair has them. */
function* liveTasks(tables: Tables, onUnreadable: (key: string) => void): Generator<Task> {
  for (const state of LIVE_STATES) {
    for (const [, id] of tables.byState.getKeys({ start: [state, 0], end: [state, Infinity] })) {
      const task = readTask(tables, id);
      if (task === undefined) setAside(tables, id, onUnreadable);
      else if (task.status.state === state) yield task;
      else onUnreadable(`by-state/${state},${id}`);
    }
  }
}

/** Undefined also for one that cannot be read. */
export function setAside(tables: Tables, id: TaskId, onUnreadable: (key: string) => void): void {
  const key = `tasks/${id}`;
  const bytes = tables.tasks.getBinary(id);
  if (bytes !== undefined) void tables.setAside.put(key, Buffer.from(bytes)).catch(() => {});
  onUnreadable(key);
}
