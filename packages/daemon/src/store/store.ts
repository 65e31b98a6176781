/** The store: everything durable, behind one small face. */
import { ClaudineError, isFinished, type Schedule, type Task } from "@claudine/protocol";
import type { TimeMark } from "../time/clock.ts";
import type { GroupSeed } from "../core/groups.ts";
import type { StoredSeed } from "../core/state.ts";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { backupStore, noteLineage } from "./backup.ts";
import { createCommitter, type Committer } from "./commit.ts";
import { createSweep } from "./forgotten.ts";
import type { HistoryStore } from "../history/ports.ts";
import { loadHead } from "./head.ts";
import { createHistoryStore } from "./history.ts";
import { readAccounts, readReached } from "./budgets.ts";
import { readLimits } from "./limits.ts";
import { refuseLostStore } from "./lost.ts";
import type { Key } from "lmdb";
import { openTables, type Tables } from "./open.ts";
import type { Backup, Reader } from "../reading/reader.ts";
import { createReserve } from "./reserve.ts";
import { createReader } from "./read.ts";
import { catchUpRunEnds } from "./run-ends.ts";
import { tableOf } from "./table-of.ts";
import { readHead, readRecord } from "./valid.ts";

export type Store = Reader &
  Backup & {
    commit: Committer;
    history: HistoryStore;
    /** Why nothing that takes more space should be written now; looks again. */
    room(): ClaudineError | undefined;
    /** What is not finished, and where the counters stand. */
    load(): StoredSeed;
    /** Boot in which a daemon last started on this store. */
    lastBoot(): string | undefined;
    /** When the last commit was, on the clocks of that time. */
    timeMark(): TimeMark | undefined;
    /** Another store is in its place: what would be written to this one is of no use. */
    isReplaced(): boolean;
    close(): Promise<void>;
  };

export type StoreOptions = {
  path: string;
  journalKeep: number;
  /** Entries of each schedule's history. */
  historyKeep: number;
  /** Told of a record that cannot be read; the others are served. */
  onUnreadable: (key: string) => void;
  /** A schedule of which nobody could tell when it is due counts as unreadable. */
  isUnderstood?: (schedule: Schedule) => boolean;
};

/** @throws ClaudineError version_mismatch, storage */
export function openStore(options: StoreOptions): Store {
  const { path, journalKeep, historyKeep, onUnreadable } = options;
  refuseLostStore(dirname(path));
  const tables = openTables(path);
  catchUpRunEnds(tables);
  noteLineage(dirname(path), tables);
  noteOpening(tables);
  const file = join(path, "data.mdb");
  const { ino } = statSync(file);
  const reserve = createReserve(tables, path);
  let shortage = reserve.take();
  const history = createHistoryStore(tables);
  const commit = createCommitter(tables, { journalKeep, historyKeep, path });
  const sweep = createSweep(tables);
  sweep.begin();
  return {
    ...createReader(tables, onUnreadable),
    async commit(batch) {
      await commit(batch);
      if (batch.schedules.forgotten.size > 0) sweep.begin();
      shortage = reserve.take();
    },
    history: {
      ...history,
      async append(batch) {
        // The reserve is for what must be written.
        if (shortage !== undefined) return false;
        const isStored = await history.append(batch);
        shortage = reserve.take();
        return isStored;
      },
    },
    room() {
      if (shortage !== undefined) shortage = reserve.take();
      return shortage === undefined ? undefined : noRoom(shortage);
    },
    load: () => load(tables, options),
    backup: (file) => backupStore(tables, file),
    lastBoot() {
      const boot = tables.meta.get("boot");
      return typeof boot === "string" ? boot : undefined;
    },
    timeMark() {
      const head = readHead(tables);
      return typeof head === "object" ? head.time : undefined;
    },
    isReplaced() {
      const now = statSync(file, { throwIfNoEntry: false });
      return now !== undefined && now.ino !== ino;
    },
    async close() {
      sweep.stop();
      reserve.close();
      await tables.root.flushed;
      await tables.root.close();
    },
  };
}

/** What the daemon before was just writing may be shown and not be flushed: it is, with this, before anybody acts on it. */
function noteOpening({ root, meta }: Tables): void {
  try {
    root.transactionSync(() => void meta.put("opened", process.pid));
  } catch (cause) {
    throw new ClaudineError("storage", `Cannot write the store: ${String(cause)}`, {
      hint: "Check the disk of the state folder, its free space and permissions",
      cause,
    });
  }
}

function noRoom(cause: Error): ClaudineError {
  const isFull = "code" in cause && cause.code === "ENOSPC";
  return new ClaudineError("storage", `Cannot write the state: ${isFull ? "No space left on device" : cause.message}`, {
    hint: "Free some space on the disk of the state folder; nothing was changed and running tasks go on",
    cause,
  });
}

function load(tables: Tables, options: StoreOptions): StoredSeed {
  const { path, onUnreadable } = options;
  return {
    ...loadHead(tables, path, onUnreadable),
    groups: readGroups(tables, onUnreadable),
    limits: readLimits(tables, onUnreadable),
    accounts: readAccounts(tables, onUnreadable),
    reached: readReached(tables, onUnreadable),
    tasks: liveTasks(tables, onUnreadable),
    ...readSchedules(tables, options),
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

function readSchedules(
  tables: Tables,
  { onUnreadable, isUnderstood = () => true }: StoreOptions,
): Pick<StoredSeed, "schedules" | "unreadSchedules"> {
  const [schedules, unreadSchedules]: [Schedule[], string[]] = [[], []];
  for (const name of tables.schedules.getKeys()) {
    const record = readRecord(tables, "schedules", name);
    if (typeof record === "object" && isUnderstood(record.value as Schedule)) schedules.push(record.value as Schedule);
    else {
      unreadSchedules.push(name);
      setAside(tables, { table: "schedules", key: name }, onUnreadable);
    }
  }
  return { schedules, unreadSchedules };
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
    if (typeof record === "string") setAside(tables, { table: "live", key: id }, onUnreadable);
    else if (isFinished((record.value as Task).status.state)) onUnreadable(`live/${id}`);
    else yield record.value as Task;
  }
}

type Place = { table: "live" | "schedules"; key: Key };

export function setAside(tables: Tables, { table, key }: Place, onUnreadable: (key: string) => void): void {
  const name = `${table}/${String(key)}`;
  const bytes = tableOf(tables, table).getBinary(key);
  if (bytes !== undefined) void tables.setAside.put(name, Buffer.from(bytes)).catch(() => {});
  onUnreadable(name);
}
