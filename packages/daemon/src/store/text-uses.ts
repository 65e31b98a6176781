/** Counts the tasks and schedules of each agent's texts, which go with the last one. */
import type { AgentTexts, Task } from "@claudine/protocol";
import type { Tables } from "./open.ts";
import type { Batch } from "./commit.ts";

export type TextUses = { write(): void };

/** What is to be written in the transaction; nothing for batches without agents. */
export function textUses(
  tables: Tables,
  { changes, schedules }: Pick<Batch, "changes" | "schedules">,
  texts: readonly AgentTexts[],
): TextUses | undefined {
  const more = new Map<string, number>();
  const add = (task: Owner | undefined, count: number) => {
    for (const id of textsOf(task)) more.set(id, (more.get(id) ?? 0) + count);
  };
  for (const { before, after } of changes.values()) {
    const isSame = before?.agent?.textsId === after?.agent?.textsId && said(before) === said(after);
    if (isSame) continue;
    add(after, 1);
    add(before, -1);
  }
  for (const { before, after } of schedules.schedules.values()) {
    if (before?.spec.task.agent?.textsId === after?.spec.task.agent?.textsId) continue;
    add(after?.spec.task, 1);
    add(before?.spec.task, -1);
  }
  if (more.size === 0 && texts.length === 0) return undefined;
  // The snapshot of this turn may be older than the last commit.
  tables.root.resetReadTxn();
  const usesOf = (id: string) => (tables.textUses.get(id) ?? 0) + (more.get(id) ?? 0);
  const uses = [...more.keys()].map((id) => [id, usesOf(id)] as const);
  // Also those that were lost, when the same is said again.
  const fresh = texts.filter(({ id }) => usesOf(id) > 0 && !tables.texts.doesExist(id));
  return {
    write() {
      for (const [id, count] of uses) writeUses(tables, id, count);
      for (const one of fresh) void tables.texts.put(one.id, one);
    },
  };
}

type Owner = Pick<Task, "agent" | "feedback">;

/** Names of what is stored of a task: its texts, and what was said to it since; as often as it was said. */
export function textsOf(task: Owner | undefined): string[] {
  if (task?.agent === undefined) return [];
  return [task.agent.textsId, ...(task.feedback ?? []).map(({ textsId }) => textsId)];
}

/** It is only ever added to. */
function said(task: Task | undefined): number {
  return task?.feedback?.length ?? 0;
}

function writeUses(tables: Tables, id: string, count: number): void {
  if (count > 0) return void tables.textUses.put(id, count);
  void tables.textUses.remove(id);
  void tables.texts.remove(id);
}
