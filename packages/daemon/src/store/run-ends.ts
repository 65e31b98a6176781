/** Which run ended when: an index of the runs by their ends, so that a page of the history needs no scan of all of them. */
import type { Run, TaskId } from "@claudine/protocol";
import type { RunEnd } from "../reading/run-list.ts";
import type { Tables } from "./open.ts";

type Key = [at: number, id: TaskId, attempt: number];

/** The end of a run that cannot be read: it is in the index all the same, so that both count the same. */
const UNKNOWN = 0;
const NEVER = Number.MAX_SAFE_INTEGER;

export function noteRunEnd(
  { runEnds }: Pick<Tables, "runEnds">,
  id: TaskId,
  run: Pick<Run, "attempt" | "finishedAt">,
): void {
  void runEnds.put([run.finishedAt, id, run.attempt], true);
}

/** Before the run itself goes. */
export function forgetRunEnd(tables: Pick<Tables, "runs" | "runEnds">, id: TaskId, attempt: number): void {
  void tables.runEnds.remove([endOf(tables, id, attempt), id, attempt]);
}

/** A version that knows nothing of the index, a repair and a salvage change runs without it: then the two do not count the same. */
export function catchUpRunEnds(tables: Tables): void {
  if (countOf(tables.runs) === countOf(tables.runEnds)) return;
  tables.root.transactionSync(() => {
    tables.runEnds.clearSync();
    for (const [id, attempt] of tables.runs.getKeys())
      tables.runEnds.putSync([endOf(tables, id, attempt), id, attempt], true);
  });
}

/** At most `limit`, the last to end first, from before `before` on. */
export function readRunEnds({ runEnds }: Pick<Tables, "runEnds">, before: RunEnd | undefined, limit: number): RunEnd[] {
  const start: Key = before === undefined ? [NEVER, 0, 0] : [before.at, before.id, before.attempt];
  const found: RunEnd[] = [];
  for (const [at, id, attempt] of runEnds.getKeys({ start, end: [UNKNOWN, 0, 0], reverse: true, limit: limit + 1 })) {
    const isStart = before?.at === at && before.id === id && before.attempt === attempt;
    if (!isStart && found.length < limit) found.push({ at, id, attempt });
  }
  return found;
}

function endOf({ runs }: Pick<Tables, "runs">, id: TaskId, attempt: number): number {
  try {
    const at: unknown = runs.get([id, attempt])?.finishedAt;
    return typeof at === "number" ? at : UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

function countOf(table: Tables["runs"] | Tables["runEnds"]): number {
  const stats: { entryCount?: number } = table.getStats();
  return stats.entryCount ?? 0;
}
