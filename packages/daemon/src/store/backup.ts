/** Copies the store while it is in use, and puts a copy back. */
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ClaudineError, systemWords } from "@claudine/protocol";
import { crashPoint } from "../running/crash-points.ts";
import { checkStoreFile } from "./file-check.ts";
import { emptyHead, openTables, type Tables } from "./open.ts";
import { sync } from "./sync.ts";

/**
 * Writes a consistent, compacted copy into one file (an LMDB database), which appears only when it is whole.
 * @throws ClaudineError storage when the file exists or cannot be written
 */
export async function backupStore(tables: Pick<Tables, "root">, file: string): Promise<{ bytes: number }> {
  if (existsSync(file)) {
    throw new ClaudineError("storage", `Cannot back up to ${file}: it exists`, {
      hint: "Name a new file, or remove that one",
    });
  }
  let folder: string | undefined;
  try {
    // A name of its own: what a crash left there must not be in the way, and neither a second backup at the same time.
    folder = mkdtempSync(join(dirname(file), `.${basename(file)}.`));
    await tables.root.backup(folder, true);
    chmodSync(join(folder, "data.mdb"), 0o600);
    sync(join(folder, "data.mdb"));
    crashPoint("before-backup-rename");
    renameSync(join(folder, "data.mdb"), file);
    crashPoint("after-backup-rename");
    sync(dirname(file));
    return { bytes: statSync(file).size };
  } catch (cause) {
    throw new ClaudineError("storage", `Cannot back up to ${file}: ${systemWords(cause)}`, { cause });
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether reading that store through ends the process that does it: its pages are damaged. */
export type IsDeadly = (path: string) => boolean;
export type Restored = { tasks: number; setAside: string | null };

/**
 * Replaces the store in `stateDir` by a backup; what was there is set aside, never deleted. No daemon may run.
 * @throws ClaudineError storage, version_mismatch; then nothing was changed
 */
export async function restoreStore(stateDir: string, file: string, isDeadly: IsDeadly): Promise<Restored> {
  const fresh = join(stateDir, RESTORING);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  const tasks = await copyIn({ fresh, stateDir, isDeadly }, file);
  const store = join(stateDir, "store");
  const aside = existsSync(store) ? `${store}.before-${new Date().toISOString().replace(/[:.]/g, "-")}` : null;
  crashPoint("before-restore-aside");
  if (aside !== null) renameSync(store, aside);
  crashPoint("after-restore-aside");
  crashPoint("before-restore-rename");
  renameSync(fresh, store);
  crashPoint("after-restore-rename");
  sync(stateDir);
  return { tasks, setAside: aside };
}

const RESTORING = "store.restoring";

/** A restore that was interrupted between its two renames is completed. */
export function finishRestore(stateDir: string): void {
  const [fresh, store] = [join(stateDir, RESTORING), join(stateDir, "store")];
  if (!existsSync(fresh)) return;
  const asideThere = readdirSync(stateDir).some((name) => name.startsWith("store.before-"));
  crashPoint("before-restore-finish");
  if (!existsSync(store) && asideThere) renameSync(fresh, store);
  else rmSync(fresh, { recursive: true, force: true });
  sync(stateDir);
  crashPoint("after-restore-finish");
}

type Copying = { fresh: string; stateDir: string; isDeadly: IsDeadly };

async function copyIn({ fresh, stateDir, isDeadly }: Copying, file: string): Promise<number> {
  try {
    await copyFile(file, join(fresh, "data.mdb"));
    const check = checkStoreFile(join(fresh, "data.mdb"));
    if (check.state !== "sound")
      throw new ClaudineError("storage", "it is no backup of Claudine", { hint: "claudine backup FILE makes one" });
    if (check.missingBytes > 0)
      throw new ClaudineError("storage", `it is cut, ${check.missingBytes} bytes are missing at its end`, {
        hint: "Copy the backup again from where it was made, or restore another; nothing was changed",
      });
    if (isDeadly(fresh))
      throw new ClaudineError("storage", "some of its pages are damaged", {
        hint: `Restore another one; when there is none, let \`claudine doctor --fix\` save what can be read of it as ${join(stateDir, "store", "data.mdb")}`,
      });
    const tables = openTables(fresh, { create: false, whole: true });
    const tasks = tables.live.getKeysCount() + tables.finished.getKeysCount();
    setRunsAside(stateDir, tables);
    await skipUsedIds(tables, highestRun(stateDir));
    // What was admitted then and has no record was perhaps started since: it counts as lost, not as never started.
    await tables.meta.put("boot", "before a restore");
    await tables.root.close();
    sync(join(fresh, "data.mdb"));
    return tasks;
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    if (cause instanceof ClaudineError)
      throw new ClaudineError(cause.code, `Cannot restore ${file}: ${cause.message}`, { hint: cause.hint, cause });
    throw new ClaudineError("storage", `Cannot restore ${file}: ${systemWords(cause)}`, {
      hint: "Is it a file made by `claudine backup`?",
      cause,
    });
  }
}

/**
 * Run files that would be taken for those of the backup's tasks: all when they come from another store, else those of
 * later runs of tasks that had finished. Those of tasks that waited or ran then say how these ended.
 */
function setRunsAside(stateDir: string, backup: Tables): void {
  const aside = join(stateDir, `runs.before-${new Date().toISOString().replace(/[:.]/g, "-")}`);
  const runs = join(stateDir, "runs");
  if (!existsSync(runs)) return;
  if (readLineage(stateDir) !== backup.meta.get(LINEAGE)) return renameSync(runs, aside);
  for (const path of runFiles(runs)) {
    const [id = 0, attempt = 0] = basename(path).split(".").map(Number);
    const task = backup.finished.get(id);
    if (task === undefined || !(attempt > task.attempt)) continue;
    mkdirSync(dirname(join(aside, path)), { recursive: true, mode: 0o700 });
    renameSync(join(runs, path), join(aside, path));
  }
}

function runFiles(runs: string): string[] {
  return readdirSync(runs).flatMap((folder) => readdirSync(join(runs, folder)).map((name) => join(folder, name)));
}

/** Both the file beside the store and the key in it. */
export const LINEAGE = "lineage";

/** Names the store, and notes the name beside it, readable also when the store is not: the run files belong to it. */
export function noteLineage(stateDir: string, { meta }: Pick<Tables, "meta">): void {
  const known = meta.get(LINEAGE);
  const lineage = typeof known === "string" ? known : randomUUID();
  if (known === undefined) meta.putSync(LINEAGE, lineage);
  if (readLineage(stateDir) !== lineage) writeFileSync(join(stateDir, LINEAGE), lineage, { mode: 0o600 });
}

/** Gives a new store the name of the one before it: the run files are those of its tasks, and so are its backups. */
export function keepLineage(stateDir: string, { meta }: Pick<Tables, "meta">): void {
  const lineage = readLineage(stateDir);
  if (lineage !== undefined) meta.putSync(LINEAGE, lineage);
}

function readLineage(stateDir: string): string | undefined {
  const path = join(stateDir, LINEAGE);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Ids that the store does not know any more are not given again: their output is still there. */
export async function skipUsedIds(tables: Tables, highest: number): Promise<void> {
  const head = tables.root.get("head") ?? emptyHead();
  if (head.nextId > highest) return;
  await tables.root.put("head", { ...head, nextId: highest + 1 });
}

export function highestRun(stateDir: string): number {
  const runs = join(stateDir, "runs");
  if (!existsSync(runs)) return 0;
  const ids = runFiles(runs).map((path) => Number(basename(path).split(".")[0]));
  return ids.reduce((highest, id) => (Number.isSafeInteger(id) ? Math.max(highest, id) : highest), 0);
}
