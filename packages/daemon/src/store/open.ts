/** Opens the LMDB environment and its tables; the only place that knows their names and encodings. */
import {
  type AgentTexts,
  ClaudineError,
  type Firing,
  type Run,
  type Schedule,
  type Task,
  type TaskEvent,
  type TaskId,
  noCounts,
} from "@claudine/protocol";
import { dirname, join } from "node:path";
import { open, type Database, type RootDatabase } from "lmdb";
import type { EnvRecord } from "../environment/env-record.ts";
import { checkStoreFile, extendStoreFile } from "./file-check.ts";
import { MIGRATIONS } from "./migrations.ts";
import { checkSchema, migrate, SCHEMA, type Migrations } from "./schema.ts";
import type { CourseRecord, GroupRecord, Head, HostRecord, SnapshotRecord } from "./records.ts";
import { sync } from "./sync.ts";

export type Tables = {
  /** Holds nothing but the roots of the tables and `head`: its page changes with every commit anyway. */
  root: RootDatabase<Head, "head">;
  meta: Database<unknown, string>;
  /** What is not finished: all that a start reads, and small, so that few pages change with each of its tasks. */
  live: Database<Task, TaskId>;
  /** On the disk it is called `tasks`, as once it held all of them. */
  finished: Database<Task, TaskId>;
  /** [state, id] of the finished ones: lists find one state among a million. */
  byState: Database<true, [string, TaskId]>;
  runs: Database<Run, [TaskId, number]>;
  /** [end, id, attempt] of all of them. */
  runEnds: Database<true, [number, TaskId, number]>;
  journal: Database<TaskEvent, number>;
  groups: Database<GroupRecord, string>;
  /** Ids of tasks by the keys they were submitted with. */
  keys: Database<TaskId, string>;
  schedules: Database<Schedule, string>;
  /** [schedule, number]: what came of its due times. */
  firings: Database<Firing, [string, number]>;
  envs: Database<EnvRecord, string>;
  /** How many tasks have an environment: it goes with the last one. */
  envUses: Database<number, string>;
  /** Prompts and other texts of agents. */
  texts: Database<AgentTexts, string>;
  /** How many tasks have one of them: it goes with the last one. */
  textUses: Database<number, string>;
  /** [0 or 1, time of the first]: what was measured of the machine, each sample or averages. */
  hostHistory: Database<HostRecord, [number, number]>;
  /** What runs used over time. */
  courses: Database<CourseRecord, [TaskId, number]>;
  /** The machine when a run failed, by the time. */
  snapshots: Database<SnapshotRecord, number>;
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
  /** Leave a store as old as it is: where its pages are damaged, reading more than was asked for may end the process. */
  upgrade?: boolean;
  /** Take it for one of this version: where the page that tells is damaged, to read it ends the process. */
  known?: boolean;
  /** For tests: what brings older stores up to date. */
  migrations?: Migrations;
};

/** @throws ClaudineError version_mismatch when a newer version wrote the store, storage when it cannot be opened */
export function openTables(
  path: string,
  { create = true, whole = false, upgrade = true, known = false, migrations = MIGRATIONS }: OpenOptions = {},
): Tables {
  const isNew = checkFile(path, whole);
  const root = openRoot(path);
  try {
    // Looked at before anything else is opened, as opening a table may make it.
    const meta: Tables["meta"] = root.openDB({ name: "meta", ...plain });
    const schema = known ? SCHEMA : checkSchema(meta, { path, create, newest: SCHEMA });
    const tables: Tables = {
      root,
      meta,
      live: root.openDB({ name: "live", keyEncoding: "uint32", ...plain }),
      finished: root.openDB({ name: "tasks", keyEncoding: "uint32", ...plain }),
      byState: root.openDB({ name: "by-state", ...plain }),
      runs: root.openDB({ name: "runs", ...plain }),
      runEnds: root.openDB({ name: "run-ends", ...plain }),
      journal: root.openDB({ name: "journal", ...plain }),
      groups: root.openDB({ name: "groups", ...plain }),
      keys: root.openDB({ name: "keys", ...plain }),
      schedules: root.openDB({ name: "schedules", ...plain }),
      firings: root.openDB({ name: "firings", ...plain }),
      envs: root.openDB({ name: "envs", ...plain }),
      envUses: root.openDB({ name: "env-uses", ...plain }),
      texts: root.openDB({ name: "texts", ...plain }),
      textUses: root.openDB({ name: "text-uses", ...plain }),
      hostHistory: root.openDB({ name: "host-history", ...plain }),
      courses: root.openDB({ name: "courses", ...plain }),
      snapshots: root.openDB({ name: "snapshots", ...plain }),
      setAside: root.openDB({ name: "set-aside", encoding: "binary" }),
    };
    if (upgrade) migrate(tables, { from: schema, to: SCHEMA, migrations });
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

function openRoot(path: string): Tables["root"] {
  try {
    // Its batches by turn make a promise that nobody can see, and that ends the process when a commit fails.
    return open({ path, maxDbs: 32, noSubdir: false, eventTurnBatching: false, ...plain });
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

export function emptyHead(): Head {
  return {
    nextId: 1,
    lastSeq: 0,
    counts: noCounts(),
  };
}
