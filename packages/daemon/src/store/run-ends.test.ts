import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Run } from "@claudine/protocol";
import { NO_USAGE } from "@claudine/protocol";
import { openTables, type Tables } from "./open.ts";
import { catchUpRunEnds, forgetRunEnd, noteRunEnd, readRunEnds } from "./run-ends.ts";

let dir = "";
let tables: Tables;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ends-"));
  tables = openTables(dir);
});
afterEach(async () => {
  await tables.root.close();
  rmSync(dir, { recursive: true, force: true });
});

function put(id: number, attempt: number, finishedAt: number): void {
  const outcome = { kind: "exited", exitCode: 0 } as const;
  const run: Run = { attempt, startedAt: 1, finishedAt, state: "succeeded", outcome, usage: NO_USAGE };
  tables.root.transactionSync(() => {
    void tables.runs.put([id, attempt], run);
    noteRunEnd(tables, id, run);
  });
}

const all = () => readRunEnds(tables, undefined, 100).map(({ at, id, attempt }) => [at, id, attempt]);

test("the last to end comes first, and those of one moment have an order, too", () => {
  put(1, 1, 500);
  put(2, 1, 700);
  put(1, 2, 600);
  put(3, 1, 600);
  expect(all()).toEqual([
    [700, 2, 1],
    [600, 3, 1],
    [600, 1, 2],
    [500, 1, 1],
  ]);
  expect(readRunEnds(tables, { at: 600, id: 3, attempt: 1 }, 1)).toEqual([{ at: 600, id: 1, attempt: 2 }]);
  expect(readRunEnds(tables, { at: 500, id: 1, attempt: 1 }, 1)).toEqual([]);
});

test("a run that goes takes its place along", () => {
  put(1, 1, 500);
  put(2, 1, 700);
  tables.root.transactionSync(() => {
    forgetRunEnd(tables, 1, 1);
    void tables.runs.remove([1, 1]);
  });
  expect(all()).toEqual([[700, 2, 1]]);
});

test("what a version without the index has done is caught up with, also of runs that cannot be read", () => {
  put(1, 1, 500);
  put(2, 1, 700);
  tables.runEnds.removeSync([700, 2, 1]);
  tables.runs.putSync([3, 1], "torn" as unknown as Run);
  catchUpRunEnds(tables);
  expect(all()).toEqual([
    [700, 2, 1],
    [500, 1, 1],
    [0, 3, 1],
  ]);
  tables.runs.removeSync([2, 1]);
  catchUpRunEnds(tables);
  expect(all()).toEqual([
    [500, 1, 1],
    [0, 3, 1],
  ]);
});
