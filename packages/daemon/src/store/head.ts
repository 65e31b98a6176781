/** Where the counters stand; counted anew from the tables when their record is damaged. */
import { dirname } from "node:path";
import { STATES } from "@claudine/protocol";
import { highestRun } from "./backup.ts";
import { emptyHead, type Tables } from "./open.ts";
import type { Head } from "./records.ts";
import { readHead, readTask } from "./valid.ts";

/** Never gives an id or a sequence number that is taken. */
export function loadHead(tables: Tables, path: string, onUnreadable: (key: string) => void): Head {
  const stored = readHead(tables);
  if (stored === "unreadable") onUnreadable("head");
  const head = typeof stored === "object" ? stored : countAnew(tables, path);
  return {
    ...head,
    nextId: Math.max(head.nextId, lastKey(tables.live) + 1, lastKey(tables.finished) + 1),
    lastSeq: Math.max(head.lastSeq, lastKey(tables.journal)),
  };
}

function countAnew(tables: Tables, path: string): Head {
  const head = emptyHead();
  for (const [state] of tables.byState.getKeys()) for (const name of STATES) if (name === state) head.counts[name] += 1;
  for (const id of tables.live.getKeys()) {
    const task = readTask(tables, id);
    if (task !== undefined) head.counts[task.status.state] += 1;
  }
  // Ids whose tasks were removed may have left files.
  return { ...head, nextId: highestRun(dirname(path)) + 1 };
}

function lastKey(table: { getKeys(options: { reverse: true; limit: 1 }): Iterable<number> }): number {
  for (const key of table.getKeys({ reverse: true, limit: 1 })) return Number.isSafeInteger(key) ? key : 0;
  return 0;
}
