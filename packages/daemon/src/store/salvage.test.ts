import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { spec, World } from "../core/fixtures.ts";
import { openTables } from "./open.ts";
import { SCHEMA } from "./schema.ts";
import { openStore } from "./store.ts";
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
  const asked = jobs.map(({ table, reverse, piece }) => `${table}${reverse ? " back" : ""} ${piece}`);
  expect(asked.slice(0, TABLE_NAMES.length + 3)).toEqual([
    ...TABLE_NAMES.map((table) => `${table} 200`),
    "journal 1",
    "journal back 200",
    "journal back 1",
  ]);
  const probes = jobs.filter(({ range }) => range !== undefined);
  expect(probes).toEqual([]);
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

test("of a store whose name and boot are lost the name is kept, and the boot is another one", async () => {
  writeFileSync(join(dir, "lineage"), "its-name");
  await salvageStore(dir, ({ table }) => table !== "meta");
  const tables = openTables(join(dir, "store"));
  expect([tables.meta.get("lineage"), tables.meta.get("boot")]).toEqual(["its-name", "before a salvage"]);
  await tables.root.close();
});

test("a table is copied from a store whose version cannot be read, which is taken for this one", async () => {
  const [from, to] = [join(dir, "store"), join(dir, "fresh")];
  const source = openTables(from);
  source.journal.putSync(1, { seq: 1, type: "daemon.stopped", pid: 1, at: 1 });
  source.meta.removeSync("schema");
  await source.root.close();
  await openTables(to).root.close();
  for (const table of ["meta", "journal"] as const) await copyTable({ from, to, table, reverse: false, piece: 200 });
  const tables = openTables(to);
  expect([tables.meta.get("schema"), tables.meta.getKeysCount(), tables.journal.getKeysCount()]).toEqual([
    SCHEMA,
    501,
    1,
  ]);
  await tables.root.close();
});

test.each([
  ["two", [300, 1700]],
  ["four", [10, 700, 1200, 1970]],
])("with %s damaged places in a table, what lies between them is found", async (_, places) => {
  const source = openTables(join(dir, "store"));
  await source.root.batch(() => {
    for (let seq = 1; seq <= 2000; seq += 1)
      void source.journal.put(seq, { seq, type: "daemon.stopped", pid: 1, at: 1 });
  });
  const isDeadly = (seq: number) => places.some((place) => seq >= place && seq < place + 20);
  // Dies as the process would: what is not yet in a whole piece is gone.
  const copy = ({ to, table, reverse, piece, range }: CopyJob) => {
    if (table !== "journal") return true;
    const target = openTables(to);
    const fresh = [...source.journal.getKeys({ reverse, ...range })].map(Number);
    const deadly = fresh.findIndex(isDeadly);
    const safe = deadly === -1 ? fresh : fresh.slice(0, deadly - (deadly % piece));
    target.root.transactionSync(() => {
      for (const seq of safe) void target.journal.put(seq, { seq, type: "daemon.stopped", pid: 1, at: 1 });
    });
    void target.root.close();
    return deadly === -1;
  };
  await salvageStore(dir, copy);
  const salvaged = openTables(join(dir, "store"));
  const found = new Set(salvaged.journal.getKeys());
  const missing = [...source.journal.getKeys()].filter((seq) => !found.has(seq));
  expect(missing).toEqual(places.flatMap((place) => Array.from({ length: 20 }, (__, index) => place + index)));
  await Promise.all([source.root.close(), salvaged.root.close()]);
});

test("a task that others wait for and that is gone is known to be lost, not taken for one that was removed", async () => {
  const source = openTables(join(dir, "store"));
  const world = new World(9);
  world.submit(spec(), spec(), spec());
  world.submit(spec({ after: [{ id: 2, on: "success" }] }));
  const waiting = world.task(4);
  await source.live.put(4, waiting ?? expect.fail("it is not there"));
  await source.root.close();
  await salvageStore(dir, (job) => {
    if (job.table !== "live") return true;
    const target = openTables(job.to, { upgrade: false });
    if (waiting !== undefined) target.live.putSync(4, waiting);
    void target.root.close();
    return false;
  });
  const store = openStore({ path: join(dir, "store"), journalKeep: 9, historyKeep: 10, onUnreadable: () => {} });
  expect([1, 2, 4].map((id) => store.isUnreadable(id))).toEqual([false, true, false]);
  await store.close();
});
