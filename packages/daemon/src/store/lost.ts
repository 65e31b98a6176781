/** Notices that the store is gone or empty although there was one, and begins a new one when somebody asks for it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ClaudineError } from "@claudine/protocol";
import { highestRun, keepLineage, LINEAGE, skipUsedIds } from "./backup.ts";
import { checkStoreFile } from "./file-check.ts";
import { openTables } from "./open.ts";

/** Tasks that never ran leave no file to tell their ids by, so this many more are passed over. */
const SKIPPED_IDS = 1000;

export function isStoreThere(stateDir: string): boolean {
  return checkStoreFile(join(stateDir, "store", "data.mdb")).state !== "new";
}

/** There is none, while its name and the files of its runs say that there was. */
export function isStoreLost(stateDir: string): boolean {
  return !isStoreThere(stateDir) && (existsSync(join(stateDir, LINEAGE)) || highestRun(stateDir) > 0);
}

/** @throws ClaudineError storage */
export function refuseLostStore(stateDir: string): void {
  if (isStoreLost(stateDir)) throw lostStore(stateDir);
}

export function lostStore(stateDir: string): ClaudineError {
  return new ClaudineError("storage", `The store ${join(stateDir, "store")} is gone or empty, and it held tasks`, {
    hint: "`claudine restore FILE` puts a backup in its place; `claudine doctor --fix` begins a new, empty one",
  });
}

/** An empty store that gives none of the ids again that the files of runs tell of. */
export async function beginAnew(stateDir: string): Promise<void> {
  const tables = openTables(join(stateDir, "store"));
  keepLineage(stateDir, tables);
  await skipUsedIds(tables, highestRun(stateDir) + SKIPPED_IDS);
  await tables.root.close();
}
