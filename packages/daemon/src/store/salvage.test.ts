import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTables } from "./open.ts";
import { copyTable, salvageStore, TABLE_NAMES, type CopyJob } from "./salvage.ts";

let dir = "";
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "salvage-"));
  const tables = openTables(join(dir, "store"));
  await tables.root.batch(() => {
    for (let index = 1; index <= 500; index += 1) void tables.meta.put(`key ${index}`, "x".repeat(300));
  });
  await tables.root.close();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("asks for every table, for broken ones record by record and from the back, and sets the old store aside", async () => {
  const jobs: CopyJob[] = [];
  const salvaged = await salvageStore(dir, (job) => (jobs.push(job), job.table !== "journal"));
  expect(salvaged.broken).toEqual(["journal"]);
  expect(jobs.map(({ table, reverse, piece }) => `${table}${reverse ? " back" : ""} ${piece}`)).toEqual([
    ...TABLE_NAMES.map((table) => `${table} 200`),
    "journal 1",
    "journal back 200",
    "journal back 1",
  ]);
  expect(readdirSync(dir).toSorted()).toEqual(["store", expect.stringMatching(/^store\.damaged-/)]);
});

test("a copy that cannot be written changes nothing", async () => {
  const copy = (job: CopyJob) => {
    if (job.table === "live") throw new Error("no space");
    return true;
  };
  await expect(salvageStore(dir, copy)).rejects.toThrow("no space");
  expect(readdirSync(dir)).toEqual(["store"]);
  const tables = openTables(join(dir, "store"));
  expect(tables.meta.getKeysCount()).toBe(501);
  await tables.root.close();
});

test("ids whose output is still there are not given again", async () => {
  mkdirSync(join(dir, "runs", "0"), { recursive: true });
  writeFileSync(join(dir, "runs", "0", "17.1.record"), "");
  await salvageStore(dir, () => true);
  const tables = openTables(join(dir, "store"));
  expect(tables.root.get("head")).toMatchObject({ nextId: 18 });
  await tables.root.close();
});

test.each([
  [false, 200],
  [true, 200],
  [true, 1],
])("copies a table as it is (from the back: %s, %i at once)", async (reverse, piece) => {
  const [from, to] = [join(dir, "store"), join(dir, "fresh")];
  await copyTable({ from, to, table: "meta", reverse, piece });
  const tables = openTables(to);
  expect(tables.meta.getKeysCount()).toBe(501);
  expect(tables.meta.get("key 77")).toBe("x".repeat(300));
  await tables.root.close();
});
