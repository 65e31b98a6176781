/** Finds files of runs whose task is no more, and sets them aside. */
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import type { TaskId } from "@claudine/protocol";
import { parseFileName } from "./files.ts";

/**
 * Paths of run files that no task owns, relative to the runs folder. `lookup` gives what the store has now; it is asked
 * after the files were listed, so that the files of a new task are not taken for orphans.
 */
export function findOrphans(stateDir: string, lookup: () => (id: TaskId) => boolean): string[] {
  const runs = join(stateDir, "runs");
  if (!existsSync(runs)) return [];
  const paths = readdirSync(runs, { withFileTypes: true })
    .filter((folder) => folder.isDirectory())
    .flatMap((folder) => readdirSync(join(runs, folder.name)).map((name) => join(folder.name, name)));
  const exists = lookup();
  return paths.filter((path) => {
    const id = parseFileName(basename(path))?.id;
    return (id === undefined || !exists(id)) && existsSync(join(runs, path));
  });
}

/** @returns the folder they are in now */
export function setOrphansAside(stateDir: string, orphans: readonly string[]): string {
  const aside = join(stateDir, `runs.aside-${new Date().toISOString().replace(/[:.]/g, "-")}`);
  for (const path of orphans) {
    const to = join(aside, path);
    mkdirSync(join(to, ".."), { recursive: true, mode: 0o700 });
    renameSync(join(stateDir, "runs", path), to);
  }
  return aside;
}
