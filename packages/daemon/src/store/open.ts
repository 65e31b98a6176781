/** Opens the LMDB environment and its tables; the only place that knows their names and encodings. */
import { ClaudineError, type Run, type Task, type TaskEvent, type TaskId, noCounts } from "@claudine/protocol";
import { dirname, join } from "node:path";
import { open, type Database, type Key, type RootDatabase } from "lmdb";
import type { EnvRecord } from "../env-record.ts";
import { checkStoreFile, extendStoreFile } from "./file-check.ts";
import { checkSchema, migrate, MIGRATIONS, SCHEMA, type Migrations } from "./schema.ts";
import type { GroupRecord, Head } from "./records.ts";
import { sync } from "./sync.ts";

export type Tables = {
  root: RootDatabase;
  meta: Database<unknown, string>;
  tasks: Database<Task, TaskId>;
  /** [state, id]: start-up reads the unfinished ones, lists find one state among a million. */
  byState: Database<true, [string, TaskId]>;
  runs: Database<Run, [TaskId, number]>;
  journal: Database<TaskEvent, number>;
  groups: Database<GroupRecord, string>;
  /** Ids of tasks by the keys they were submitted with. */
  keys: Database<TaskId, string>;
  envs: Database<EnvRecord, string>;
  /** [environment, task]: an environment goes with its last task. */
  envRefs: Database<true, [string, TaskId]>;
  /** Records that could not be read, as raw bytes, by `table/key`. */
  setAside: Database<Buffer, string>;
};

/** Plain msgpack maps: any version can read them, and unknown fields survive. */
const plain = { encoder: { useRecords: false } } as const;

export type OpenOptions = {
  /** Refuse a folder that holds no store instead of making one. */
  create?: boolean;
  /** Refuse a file that is cut: a backup is written whole, while a store in use may lack free pages at its end. */
  whole?: boolean;
  /** For tests: what brings older stores up to date. */
  migrations?: Migrations;
};

/** @throws ClaudineError version_mismatch when a newer version wrote the store, storage when it cannot be opened */
export function openTables(
  path: string,
  { create = true, whole = false, migrations = MIGRATIONS }: OpenOptions = {},
): Tables {
  const isNew = checkFile(path, whole);
  const root = openRoot(path);
  try {
    // Looked at before anything else is opened, as opening a table may make it.
    const meta: Tables["meta"] = root.openDB({ name: "meta", ...plain });
    const schema = checkSchema(meta, { path, create, newest: SCHEMA });
    const tables: Tables = {
      root,
      meta,
      tasks: root.openDB({ name: "tasks", keyEncoding: "uint32", ...plain }),
      byState: root.openDB({ name: "by-state", ...plain }),
      runs: root.openDB({ name: "runs", ...plain }),
      journal: root.openDB({ name: "journal", ...plain }),
      groups: root.openDB({ name: "groups", ...plain }),
      keys: root.openDB({ name: "keys", ...plain }),
      envs: root.openDB({ name: "envs", ...plain }),
      envRefs: root.openDB({ name: "env-refs", ...plain }),
      setAside: root.openDB({ name: "set-aside", encoding: "binary" }),
    };
    migrate(tables, { from: schema, to: SCHEMA, migrations });
    // A flushed file without a name would be gone after a power cut.
    if (isNew) for (const folder of [path, dirname(path)]) sync(folder);
    return tables;
  } catch (error) {
    root.close().catch(() => {});
    throw error;
  }
}

/** @returns whether there is none yet */
function checkFile(path: string, whole: boolean): boolean {
  const file = join(path, "data.mdb");
  const check = checkStoreFile(file);
  if (check.state === "damaged") throw unusable(path, check.why);
  if (check.state !== "sound" || check.missingBytes === 0) return check.state === "new";
  if (whole) throw unusable(path, `${check.missingBytes} bytes are missing at its end`);
  extendStoreFile(file, check.size + check.missingBytes);
  return false;
}

function openRoot(path: string): RootDatabase {
  try {
    // Its batches by turn make a promise that nobody can see, and that ends the process when a commit fails.
    return open({ path, maxDbs: 16, noSubdir: false, eventTurnBatching: false, ...plain });
  } catch (cause) {
    throw unusable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unusable(path: string, why: string, cause?: unknown): ClaudineError {
  return new ClaudineError("storage", `Cannot open the store ${path}: ${why}`, {
    hint: "Check the disk's free space and the folder's permissions; `claudine restore FILE` puts a backup in its place",
    cause,
  });
}

/** A table without knowing what is in it, for what walks over all of them. */
export function tableOf(tables: Tables, name: Exclude<keyof Tables, "root">): Database<unknown, Key> {
  return tables[name];
}

export function emptyHead(): Head {
  return {
    nextId: 1,
    lastSeq: 0,
    counts: noCounts(),
  };
}
