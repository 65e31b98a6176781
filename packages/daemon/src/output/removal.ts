/** Removes files of runs beside everything else: the disk takes its time for a large one, and there may be very many. */
import { unlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { errorFacts, type Log } from "../log.ts";
import { crashPoint } from "../running/crash-points.ts";
import { removeArtifacts } from "./artifact-folder.ts";
import { type RunFolders, runPaths } from "./files.ts";

export type Removal = {
  /** All that a task has left. */
  add(id: number, attempts: number): void;
  /** Resolves when all is done, or not much later. */
  close(): Promise<void>;
};

const END_MS = 2000;

export function createRemoval({ runs, log }: { runs: Pick<RunFolders, "files">; log: Log }): Removal {
  const waiting = new Map<number, number>();
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    // What is added meanwhile comes, too.
    for (const [id, attempts] of waiting) {
      waiting.delete(id);
      crashPoint("before-run-files-removal");
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        const files = runs.files(id, attempt);
        const refused = (error: unknown) =>
          log.warn("A file of a removed task could not be removed", { task: id, ...errorFacts(error) });
        await removeFiles(runPaths(files)).catch(refused);
        await removeArtifacts(files.artifacts).catch(refused);
      }
      crashPoint("after-run-files-removal");
    }
    working = undefined;
  };
  return {
    add(id, attempts) {
      waiting.set(id, attempts);
      working ??= work();
    },
    async close() {
      await Promise.race([working, delay(END_MS, undefined, { ref: false })]);
    },
  };
}

/** As many of them as are there. @throws what one of them was in the way of, after all others are gone */
export async function removeFiles(paths: readonly string[]): Promise<void> {
  const problems: Error[] = [];
  for (const path of paths)
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" && error.code !== "ENOTDIR") problems.push(error);
    });
  const [first] = problems;
  if (first !== undefined) throw first;
}
