/** Where a run's files are: flat names in folders of a thousand tasks, so that no folder is made per task. */
import { mkdirSync, rmSync, statSync } from "node:fs";
import type { TaskId } from "@claudine/protocol";
import { crashPoint } from "../running/crash-points.ts";

export type RunFiles = { record: string; stdout: string; stderr: string };
export type RunFolders = {
  files(id: TaskId, attempt: number): RunFiles;
  /** Makes the folder a run's files go to. */
  prepare(id: TaskId): void;
  /** Somebody may have removed folders: each is made again when it is next needed. */
  forget(): void;
  remove(id: TaskId, attempts: number): void;
  /** When a run last wrote something, epoch ms; undefined when it has not. */
  writtenAt(id: TaskId, attempt: number): number | undefined;
};

const TASKS_PER_FOLDER = 1000;

export function createRunFolders(stateDir: string): RunFolders {
  const made = new Set<string>();
  const folder = (id: TaskId) => `${stateDir}/runs/${Math.floor(id / TASKS_PER_FOLDER)}`;
  const files = (id: TaskId, attempt: number): RunFiles => {
    const stem = `${folder(id)}/${id}.${attempt}`;
    return { record: `${stem}.record`, stdout: `${stem}.stdout`, stderr: `${stem}.stderr` };
  };
  return {
    files,
    prepare(id) {
      const dir = folder(id);
      if (made.has(dir)) return;
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      made.add(dir);
    },
    forget: () => made.clear(),
    writtenAt(id, attempt) {
      const { stdout, stderr } = files(id, attempt);
      const times = [stdout, stderr].flatMap((path) => {
        const stat = statSync(path, { throwIfNoEntry: false });
        return stat === undefined || stat.size === 0 ? [] : [stat.mtimeMs];
      });
      return times.length === 0 ? undefined : Math.max(...times);
    },
    remove(id, attempts) {
      crashPoint("before-run-files-removal");
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        for (const path of Object.values(files(id, attempt))) rmSync(path, { force: true });
      }
      crashPoint("after-run-files-removal");
    },
  };
}
