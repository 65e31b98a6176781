/** The store: everything durable, behind one small face. */
import { isFinished, type Task, type TaskId } from "@claudine/protocol";
import type { GroupSeed } from "../core/groups.ts";
import type { StoredSeed } from "../core/state.ts";
import { dirname } from "node:path";
import { backupStore, noteLineage } from "./backup.ts";
import { createCommitter, type Committer } from "./commit.ts";
import { loadHead } from "./head.ts";
import { openTables, type Tables } from "./open.ts";
import { createReader, type Reader } from "./read.ts";
import { readRecord } from "./valid.ts";

export type Store = Reader & {
  commit: Committer;
  /** What is not finished, and where the counters stand. */
  load(): StoredSeed;
  /** A consistent copy in one file. @throws ClaudineError storage */
  backup(file: string): Promise<{ bytes: number }>;
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
    load: () => load(tables, { path, onUnreadable }),
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

type LoadOptions = { path: string; onUnreadable: (key: string) => void };

function load(tables: Tables, { path, onUnreadable }: LoadOptions): StoredSeed {
  return {
    ...loadHead(tables, path, onUnreadable),
    groups: readGroups(tables, onUnreadable),
    tasks: liveTasks(tables, onUnreadable),
    history: newestFinished(tables),
  };
}

function readGroups(tables: Tables, onUnreadable: (key: string) => void): GroupSeed[] {
  return [...tables.groups.getKeys()].flatMap((name) => {
    const record = readRecord(tables, "groups", name);
    if (typeof record === "object") return [{ ...(record.value as Omit<GroupSeed, "name">), name }];
    onUnreadable(`groups/${name}`);
    return [];
  });
}

/** Enough to know what the kinds of tasks need that somebody runs. */
const HISTORY = 500;

function newestFinished(tables: Tables): Task[] {
  return [...tables.finished.getKeys({ reverse: true, limit: HISTORY })]
    .flatMap((id) => {
      const record = readRecord(tables, "finished", id);
      return typeof record === "string" ? [] : [record.value as Task];
    })
    .toReversed();
}

/** Unreadable records are copied aside as raw bytes, so that a later repair has them. */
function* liveTasks(tables: Tables, onUnreadable: (key: string) => void): Generator<Task> {
  for (const id of tables.live.getKeys()) {
    const record = readRecord(tables, "live", id);
    if (typeof record === "string") setAside(tables, id, onUnreadable);
    else if (isFinished((record.value as Task).status.state)) onUnreadable(`live/${id}`);
    else yield record.value as Task;
  }
}

/** Undefined also for one that cannot be read. */
export function setAside(tables: Tables, id: TaskId, onUnreadable: (key: string) => void): void {
  const key = `live/${id}`;
  const bytes = tables.live.getBinary(id);
  if (bytes !== undefined) void tables.setAside.put(key, Buffer.from(bytes)).catch(() => {});
  onUnreadable(key);
}
