/** What belongs to a run that goes on, as files: its texts, as tools read them, and the version of its tool. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { AgentTexts, Task } from "@claudine/protocol";

const TEXTS = ["prompt", "system", "schema"] as const;
type Kind = (typeof TEXTS)[number];
const VERSION = "version";

export type TextFiles = {
  path(run: RunName, kind: Kind): string;
  write(run: RunName, texts: AgentTexts): Promise<void>;
  /** Kept for whichever daemon sees the end of the run. */
  noteVersion(run: RunName, version: string): void;
  version(run: RunName): string | undefined;
  remove(run: RunName): void;
  /** What an earlier daemon did not come to remove; those of `runs` stay. */
  sweep(runs: readonly RunName[]): void;
};
export type RunName = { task: Pick<Task, "uid">; attempt: number };

export function createTextFiles(folder: string): TextFiles {
  // By the uid: a store that was put in the place of another may have the same ids.
  const stem = ({ task, attempt }: RunName) => `${task.uid}.${attempt}`;
  const path = (run: RunName, kind: Kind | typeof VERSION) => join(folder, `${stem(run)}.${kind}`);
  return {
    path,
    async write(run, { prompt, systemPrompt, jsonSchema }) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const texts = { prompt, system: systemPrompt, schema: jsonSchema };
      for (const kind of TEXTS) {
        const text = texts[kind];
        if (text !== undefined) await writeWhole(path(run, kind), text);
      }
    },
    noteVersion: (run, version) => writeFileSync(path(run, VERSION), version, { mode: 0o600 }),
    version(run) {
      try {
        return readFileSync(path(run, VERSION), "utf8");
      } catch {
        return undefined;
      }
    },
    remove(run) {
      for (const kind of [...TEXTS, VERSION] as const) rmSync(path(run, kind), { force: true });
    },
    sweep(runs) {
      const kept = new Set(runs.map(stem));
      for (const name of namesIn(folder))
        if (!kept.has(name.slice(0, name.lastIndexOf(".")))) rmSync(join(folder, name), { force: true });
    },
  };
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
