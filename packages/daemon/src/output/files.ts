/** Where a run's files are: flat names in folders of a thousand tasks, so that no folder is made per task. */
import { mkdirSync, statSync } from "node:fs";
import type { TaskId } from "@claudine/protocol";
import { type Codec, CODECS } from "./codec.ts";

export type StreamName = "stdout" | "stderr";
export const STREAMS: readonly StreamName[] = ["stdout", "stderr"];

/** `index` tells when the streams grew, `gaps` what of them is left out; `artifacts` is a folder, which the shim makes. */
export type RunFiles = {
  record: string;
  stdout: string;
  stderr: string;
  index: string;
  gaps: string;
  artifacts: string;
};
export type RunFolders = {
  files(id: TaskId, attempt: number): RunFiles;
  /** Makes the folder a run's files go to. */
  prepare(id: TaskId): void;
  /** Somebody may have removed folders: each is made again when it is next needed. */
  forget(): void;
  /** When a run last wrote something, epoch ms; undefined when it has not. */
  writtenAt(id: TaskId, attempt: number): number | undefined;
};

const TASKS_PER_FOLDER = 1000;

export function createRunFolders(stateDir: string): RunFolders {
  const made = new Set<string>();
  const folder = (id: TaskId) => `${stateDir}/runs/${Math.floor(id / TASKS_PER_FOLDER)}`;
  const files = (id: TaskId, attempt: number): RunFiles => {
    const stem = `${folder(id)}/${id}.${attempt}`;
    return {
      record: `${stem}.record`,
      stdout: `${stem}.stdout`,
      stderr: `${stem}.stderr`,
      index: `${stem}.index`,
      gaps: `${stem}.gaps`,
      artifacts: `${stem}.artifacts`,
    };
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
  };
}

/** Where a closed stream is kept in less space. */
export function packedPath(path: string, { extension }: Pick<Codec, "extension">): string {
  return `${path}.${extension}`;
}

/** Until it is whole it has another name, which a crash may leave behind. */
export function unfinishedPath(path: string): string {
  return `${path}.tmp`;
}

/** All that is kept of what a run has written. */
export function outputPaths({ stdout, stderr, index, gaps }: RunFiles): string[] {
  const packed = CODECS.flatMap((codec) => [packedPath(stdout, codec), packedPath(stderr, codec)]);
  return [stdout, stderr, ...packed, index, gaps, ...[...packed, index].map(unfinishedPath)];
}

export function runPaths(files: RunFiles): string[] {
  return [files.record, ...outputPaths(files)];
}

/** Which file of which run a name in one of the folders is; undefined for what is none. */
export function parseFileName(name: string): { id: TaskId; attempt: number; kind: string } | undefined {
  const match =
    /^(\d{1,10})\.(\d{1,9})\.(record|(?:stdout|stderr)(?:\.(?:zst|gz)(?:\.tmp)?)?|index(?:\.tmp)?|gaps|artifacts)$/.exec(
      name,
    );
  return match === null ? undefined : { id: Number(match[1]), attempt: Number(match[2]), kind: match[3] ?? "" };
}
