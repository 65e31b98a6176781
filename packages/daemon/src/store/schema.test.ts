import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTables, type Tables } from "./open.ts";
import { migrate } from "./schema.ts";

let dir = "";
let tables: Tables;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "schema-"));
  tables = openTables(join(dir, "store"));
});
afterEach(async () => {
  await tables.root.close();
  rmSync(dir, { recursive: true, force: true });
});

test("brings an older store up to date step by step", () => {
  const steps: number[] = [];
  migrate(tables, { from: 1, to: 3, migrations: { 1: () => steps.push(1), 2: () => steps.push(2) } });
  expect(steps).toEqual([1, 2]);
  expect(tables.meta.get("schema")).toBe(3);
});

test("a step that fails leaves the store at the version before", () => {
  const failing = {
    1: () => {},
    2: (one: Tables) => {
      one.meta.putSync("boot", "changed");
      throw new Error("no");
    },
  };
  expect(() => migrate(tables, { from: 1, to: 3, migrations: failing })).toThrow("no");
  expect(tables.meta.get("schema")).toBe(2);
  expect(tables.meta.get("boot")).toBeUndefined();
});

test("says so when there is no way", () => {
  expect(() => migrate(tables, { from: 1, to: 2, migrations: {} })).toThrow("no way");
});
