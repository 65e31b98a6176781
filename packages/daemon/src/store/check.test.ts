import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noCounts } from "@claudine/protocol";
import { open } from "lmdb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_SCHEDULE_CHANGES } from "../core/schedule-changes.ts";
import { spec, World } from "../core/fixtures.ts";
import { checkStore } from "./check.ts";
import { describeDamage } from "./damage-words.ts";
import { openTables, type Tables } from "./open.ts";
import { repairStore } from "./repair.ts";
import { openStore } from "./store.ts";

let dir = "";
let tables: Tables;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "check-"));
  const store = openStore({ path: join(dir, "store"), journalKeep: 1000, historyKeep: 10, onUnreadable: () => {} });
  const world = new World(1);
  world.submit(spec({ key: "first" }), spec({ key: "second" }), spec());
  world.plan();
  world.end(1);
  const changes = new Map([1, 2, 3].map((id) => [id, { before: undefined, after: world.task(id) }]));
  const { nextId, lastSeq, counts } = world.state;
  const envs = [{ id: "env", plain: {}, sealed: null }];
  await store.commit({
    events: world.events,
    changes,
    schedules: NO_SCHEDULE_CHANGES,
    attached: envs,
    head: { nextId, lastSeq, counts },
  });
  await store.close();
  tables = openTables(join(dir, "store"));
});
afterEach(async () => {
  await tables.root.close();
  rmSync(dir, { recursive: true, force: true });
});

async function overwrite(name: string, key: number, bytes: Buffer): Promise<void> {
  await tables.root.close();
  const raw = open({ path: join(dir, "store"), maxDbs: 16, noSubdir: false });
  const options = {
    name,
    encoding: "binary" as const,
    ...(name === "live" ? { keyEncoding: "uint32" as const } : {}),
  };
  await raw.openDB<Buffer, number>(options).put(key, bytes);
  await raw.close();
  tables = openTables(join(dir, "store"));
}

test("a sound store has no damage", () => {
  expect(checkStore(tables)).toEqual({ tasks: 3, events: 5, damages: [] });
});

test("an unreadable record is set aside with its bytes, and the indexes follow", async () => {
  await overwrite("live", 2, Buffer.from([0xc1, 0x00]));
  const { damages } = checkStore(tables);
  expect(damages.map(({ name }) => name)).toContain("live/2");
  repairStore(tables, damages);
  expect(tables.setAside.get("live/2")).toEqual(Buffer.from([0xc1, 0x00]));
  expect([...tables.live.getKeys()]).toEqual([3]);
  expect([...tables.finished.getKeys()]).toEqual([1]);
  repairStore(tables, checkStore(tables).damages);
  expect(checkStore(tables).damages).toEqual([]);
});

test("wrong index entries, references and counters are mended", async () => {
  await tables.byState.remove(["succeeded", 1]);
  await tables.byState.put(["failed", 3], true);
  await tables.envUses.put("gone", 1);
  await tables.keys.remove("first");
  await tables.keys.put("second", 3);
  await tables.keys.put("nobody's", 7);
  await tables.root.put("head", { nextId: 1, lastSeq: 2, counts: noCounts(), env: { id: "env", uses: 2 } });
  const { damages } = checkStore(tables);
  expect(damages.map(describeDamage).toSorted()).toMatchInlineSnapshot(`
    [
      "A key is said to be that of task 3, which does not have it",
      "A key is said to be that of task 7, which does not have it",
      "An environment does not know that 0 tasks and schedules have it",
      "An environment does not know that 3 tasks and schedules have it",
      "Task 1 is missing in the index of succeeded tasks",
      "The counters do not agree with the tasks",
      "The index of failed tasks names task 3, which is not",
      "The key of task 1 is not known any more",
      "The key of task 2 is not known any more",
    ]
  `);
  expect(repairStore(tables, damages)).toEqual([]);
  expect(checkStore(tables).damages).toEqual([]);
  expect([...tables.keys.getRange()].map(({ key, value }) => [key, value])).toEqual([
    ["first", 1],
    ["second", 2],
  ]);
  expect(tables.root.get("head")).toMatchObject({ nextId: 4, counts: { queued: 2, succeeded: 1 }, env: { uses: 3 } });
});

test("the key of a task whose record is set aside is free again", async () => {
  await overwrite("live", 2, Buffer.from([0xc1, 0x00]));
  repairStore(tables, checkStore(tables).damages);
  expect([...tables.keys.getKeys()]).toEqual(["first"]);
});

test("a task among those of the other kind is moved to its own", async () => {
  const [waiting, done] = [tables.live.get(2), tables.finished.get(1)];
  tables.root.transactionSync(() => {
    if (waiting !== undefined) tables.finished.putSync(2, waiting);
    if (done !== undefined) tables.live.putSync(1, done);
    tables.live.removeSync(2);
    tables.finished.removeSync(1);
  });
  const { damages } = checkStore(tables);
  expect(damages.map(describeDamage)).toEqual([
    "Task 1 has finished and is among those that have not",
    "Task 2 has not finished and is among those that have",
  ]);
  expect(repairStore(tables, damages)).toEqual([]);
  expect(checkStore(tables).damages).toEqual([]);
  expect([...tables.live.getKeys()]).toEqual([2, 3]);
});

test("a gap in the journal and a missing environment are told, and left", async () => {
  await tables.journal.remove(3);
  await tables.envs.remove("env");
  const { damages } = checkStore(tables);
  expect(damages.map(({ kind }) => kind)).toEqual(["environment", "environment", "environment", "gap"]);
  expect(repairStore(tables, damages)).toEqual(damages);
});
