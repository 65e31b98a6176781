/**
 * Copies what can be read of a store whose pages are damaged into a new one; the old is set aside.
 * LMDB ends the process when it meets a damaged page, so each table is copied by processes that may die: one from the
 * front and, if that broke off, others record by record up to the damage, the same from the back, and what lies between.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol";
import { asBinary, type Key } from "lmdb";
import { crashPoint } from "../running/crash-points.ts";
import { highestRun, keepLineage, skipUsedIds } from "./backup.ts";
import { openTables, type Tables } from "./open.ts";
import { copyGaps, isNumbered, lastCopied } from "./salvage-gaps.ts";
import { tableOf } from "./table-of.ts";
import { sync } from "./sync.ts";
import { readTask } from "./valid.ts";

export type TableName = Exclude<keyof Tables, "root">;
/** But the index of the runs' ends, which the next start makes anew. */
export const TABLE_NAMES: readonly TableName[] = [
  "meta",
  "live",
  "finished",
  "byState",
  "runs",
  "journal",
  "groups",
  "keys",
  "schedules",
  "firings",
  "envs",
  "envUses",
  "texts",
  "textUses",
  "hostHistory",
  "courses",
  "snapshots",
  "setAside",
];

export type CopyJob = {
  from: string;
  to: string;
  table: TableName;
  reverse: boolean;
  /** How many records go into one transaction; what was copied before a process dies stays. */
  piece: number;
  /** From `start`, in the direction of the copy, up to and without `end`. */
  range?: { start: Key; end: Key };
};
/** Copies in a process of its own; false when that died of what it read. Throws when the copy cannot be written. */
export type CopyElsewhere = (job: CopyJob) => boolean;

export type Salvaged = { broken: TableName[]; setAside: string };

/**
 * @returns the tables that could not be read whole, and where the damaged store is now
 * @throws what `copy` throws; nothing is changed then
 */
export async function salvageStore(stateDir: string, copy: CopyElsewhere): Promise<Salvaged> {
  const [store, fresh] = [join(stateDir, "store"), join(stateDir, SALVAGING)];
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  const broken = await fill({ store, fresh, stateDir }, copy).catch((error: unknown) => {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  });
  const setAside = `${store}.damaged-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  crashPoint("before-salvage-aside");
  renameSync(store, setAside);
  crashPoint("after-salvage-aside");
  crashPoint("before-salvage-rename");
  renameSync(fresh, store);
  crashPoint("after-salvage-rename");
  sync(stateDir);
  return { broken, setAside };
}

type Stores = { store: string; fresh: string; stateDir: string };

async function fill({ store, fresh, stateDir }: Stores, copy: CopyElsewhere): Promise<TableName[]> {
  await openTables(fresh).root.close();
  const job = { from: store, to: fresh };
  const broken = TABLE_NAMES.filter((table) => !copy({ ...job, table, reverse: false, piece: PIECE }));
  for (const table of broken) {
    copy({ ...job, table, reverse: false, piece: 1 });
    const reached = isNumbered(table) ? await lastCopied({ ...job, table }) : 0;
    copy({ ...job, table, reverse: true, piece: PIECE });
    copy({ ...job, table, reverse: true, piece: 1 });
    if (isNumbered(table)) await copyGaps({ ...job, table }, reached, copy);
  }
  const tables = openTables(fresh);
  await skipUsedIds(tables, highestRun(stateDir));
  if (broken.includes("live") || broken.includes("finished")) noteMissing(tables);
  if (broken.includes("meta")) {
    keepLineage(stateDir, tables);
    // Unknown is taken for this boot, in which a run without a record has not begun.
    if (tables.meta.get("boot") === undefined) tables.meta.putSync("boot", "before a salvage");
  }
  await tables.root.close();
  return broken;
}

/** Tasks that others wait for are not removed: those that are not there were lost, and do not count as met. */
function noteMissing(tables: Tables): void {
  for (const id of tables.live.getKeys()) {
    for (const { id: on } of readTask(tables, id)?.after ?? []) {
      if (!tables.live.doesExist(on) && !tables.finished.doesExist(on))
        tables.setAside.putSync(`live/${on}`, Buffer.alloc(0));
    }
  }
}

const SALVAGING = "store.salvaging";

/** Salvaging that was interrupted between its two renames is completed; before them it is begun anew when needed. */
export function finishSalvage(stateDir: string): void {
  const [fresh, store] = [join(stateDir, SALVAGING), join(stateDir, "store")];
  if (!existsSync(fresh)) return;
  const asideThere = readdirSync(stateDir).some((name) => name.startsWith("store.damaged-"));
  crashPoint("before-salvage-finish");
  if (!existsSync(store) && asideThere) renameSync(fresh, store);
  else rmSync(fresh, { recursive: true, force: true });
  sync(stateDir);
  crashPoint("after-salvage-finish");
}

const PIECE = 200;

/** The work of one such process: copies what is not there yet. */
export async function copyTable({ from, to, table, reverse, piece: size, range }: CopyJob): Promise<void> {
  const source = openTables(from, { create: false, upgrade: false, known: true });
  const target = openTables(to, { upgrade: false });
  const head = table === "meta" ? source.root.getBinary("head") : undefined;
  if (head !== undefined) tableOf(target, "root").putSync("head", asBinary(Buffer.from(head)));
  const [input, output] = [tableOf(source, table), tableOf(target, table)];
  let piece: [Parameters<typeof output.putSync>[0], Buffer][] = [];
  const flush = () => {
    try {
      target.root.transactionSync(() => {
        for (const [key, bytes] of piece) output.putSync(key, asBinary(bytes));
      });
    } catch (cause) {
      // No damage of what is read: the one that does the salvaging must not take it for that.
      throw new ClaudineError("storage", `Cannot write the copy: ${String(cause)}`, { cause });
    }
    piece = [];
  };
  for (const key of input.getKeys({ reverse, ...range })) {
    // The copy is as old as what it is a copy of, and brought up to date when it is whole.
    if (output.doesExist(key) && !(table === "meta" && key === "schema")) continue;
    const bytes = input.getBinary(key);
    if (bytes !== undefined) piece.push([key, Buffer.from(bytes)]);
    if (piece.length >= size) flush();
  }
  flush();
  await Promise.all([source.root.close(), target.root.close()]);
}
