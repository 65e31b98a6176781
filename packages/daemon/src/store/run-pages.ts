/** Runs with what counts of their tasks, a page at a time, the newest tasks first. Only what is looked at is read. */
import type { Run, Task } from "@claudine/protocol";
import type { RunKey, RunPage } from "../reading/stats/read-stats.ts";
import type { Tables } from "./open.ts";

const ID_AT_MOST = 2 ** 32 - 1;

type Range = { since: number; until: number; after: RunKey | undefined };

/** A record that cannot be read is passed over: nobody can do anything about it here. */
export function readRunPage(tables: Tables, { since, until, after }: Range, limit: number): RunPage {
  const page: RunPage = { found: [], next: undefined };
  const start: [number, number] = after === undefined ? [ID_AT_MOST, 0] : [after[0], after[1]];
  let looked = 0;
  for (const key of tables.runs.getKeys({ start, end: [0, 0], reverse: true, limit: limit + 1 })) {
    if (after !== undefined && key[0] === after[0] && key[1] === after[1]) continue;
    looked += 1;
    page.next = [key[0], key[1]];
    const run = readRun(tables, key);
    if (run === undefined || run.finishedAt < since || run.finishedAt > until) continue;
    const task = readTaskOf(tables, key[0]);
    if (task !== undefined) page.found.push({ run, task });
  }
  if (looked < limit) page.next = undefined;
  return page;
}

function readRun({ runs }: Tables, key: [number, number]): Run | undefined {
  try {
    const run = runs.get(key);
    return typeof run?.usage?.cpuMs === "number" && typeof run.finishedAt === "number" ? run : undefined;
  } catch {
    return undefined;
  }
}

function readTaskOf({ finished, live }: Tables, id: number): Task | undefined {
  try {
    return finished.get(id) ?? live.get(id);
  } catch {
    return undefined;
  }
}
