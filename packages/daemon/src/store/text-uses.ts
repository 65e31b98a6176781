/** Counts the tasks of each agent's texts, which go with the last one. */
import type { AgentTexts, Task } from "@claudine/protocol";
import type { Tables } from "./open.ts";
import type { Batch } from "./commit.ts";

export type TextUses = { write(): void };

/** What is to be written in the transaction; nothing for batches without agents. */
export function textUses(
  tables: Tables,
  changes: Batch["changes"],
  texts: readonly AgentTexts[],
): TextUses | undefined {
  const more = new Map<string, number>();
  const add = (task: Task | undefined, count: number) => {
    const id = task?.agent?.textsId;
    if (id !== undefined) more.set(id, (more.get(id) ?? 0) + count);
  };
  for (const { before, after } of changes.values()) {
    if (before?.agent?.textsId === after?.agent?.textsId) continue;
    add(after, 1);
    add(before, -1);
  }
  if (more.size === 0) return undefined;
  // The snapshot of this turn may be older than the last commit.
  tables.root.resetReadTxn();
  const uses = [...more].map(([id, count]) => [id, (tables.textUses.get(id) ?? 0) + count] as const);
  const fresh = texts.filter(({ id }) => !tables.texts.doesExist(id));
  return {
    write() {
      for (const [id, count] of uses) writeUses(tables, id, count);
      const isUsed = (id: string) => uses.some(([one, count]) => one === id && count > 0);
      for (const one of fresh) if (isUsed(one.id)) void tables.texts.put(one.id, one);
    },
  };
}

function writeUses(tables: Tables, id: string, count: number): void {
  if (count > 0) return void tables.textUses.put(id, count);
  void tables.textUses.remove(id);
  void tables.texts.remove(id);
}
