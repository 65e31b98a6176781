import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Snapshot } from "@claudine/protocol";
import { expect, onTestFinished, test } from "vitest";
import type { HistoryBatch, HostRow } from "../history/ports.ts";
import { createHistoryStore } from "./history.ts";
import { openTables } from "./open.ts";

function openHere() {
  const dir = mkdtempSync(join(tmpdir(), "history-"));
  const tables = openTables(join(dir, "store"));
  onTestFinished(async () => {
    await tables.root.close();
    rmSync(dir, { recursive: true });
  });
  return { tables, history: createHistoryStore(tables) };
}

const KEEP: HistoryBatch["keep"] = { since: { short: 0, long: 0 }, courses: 3, snapshots: 2 };

function batch(change: Partial<HistoryBatch>): HistoryBatch {
  return { host: { short: [], long: [] }, courses: [], snapshots: [], keep: KEEP, ...change };
}

const rows = (...times: number[]): HostRow[] => times.map((at) => [at, 1, null, { running: 2 }]);

test("samples come back in order, each kind by itself, and old ones go", async () => {
  const { history } = openHere();
  expect(await history.append(batch({ host: { short: rows(10, 20), long: rows(15) } }))).toBe(true);
  await history.append(batch({ host: { short: rows(30, 40), long: [] } }));
  expect([...history.hostRows("short", 0, 100)]).toEqual([rows(10, 20), rows(30, 40)]);
  expect([...history.hostRows("long", 0, 100)]).toEqual([rows(15)]);
  expect([...history.hostRows("short", 0, 25)]).toEqual([rows(10, 20)]);
  await history.append(batch({ keep: { ...KEEP, since: { short: 25, long: 0 } } }));
  expect(history.hostSince("short")).toBe(30);
  expect(history.hostSince("long")).toBe(15);
});

test("courses are kept for so many runs, and not for a task that is no more", async () => {
  const { history, tables } = openHere();
  for (let id = 1; id <= 5; id += 1) tables.finished.putSync(id, { id } as never);
  const courses = [1, 2, 3, 4, 5, 99].map((id) => ({ id, attempt: 1, bytes: Uint8Array.of(id) }));
  await history.append(batch({ courses }));
  await history.append(batch({ courses: courses.slice(4, 5) }));
  expect(history.course(99, 1)).toBeUndefined();
  expect([...(history.course(5, 1) ?? [])]).toEqual([5]);
  expect(tables.courses.getKeysCount()).toBe(3);
  expect(history.course(1, 1)).toBeUndefined();
});

test("the newest snapshot of a time is found, and so many are kept", async () => {
  const { history, tables } = openHere();
  const snapshots = [100, 200, 300].map((at) => ({ at }) as Snapshot);
  await history.append(batch({ snapshots }));
  await history.append(batch({ snapshots: snapshots.slice(2) }));
  expect(tables.snapshots.getKeysCount()).toBe(2);
  expect(history.snapshot(150, 250)?.at).toBe(200);
  expect(history.snapshot(150, 1000)?.at).toBe(300);
  expect(history.snapshot(301, 1000)).toBeUndefined();
});
