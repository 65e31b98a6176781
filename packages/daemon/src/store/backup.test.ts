import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_SCHEDULE_CHANGES } from "../core/schedule-changes.ts";
import { spec, World } from "../core/fixtures.ts";
import { backupStore, finishRestore, restoreStore } from "./backup.ts";
import { openTables, type Tables } from "./open.ts";
import { openStore } from "./store.ts";

let dir = "";
const opened: Tables[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backup-"));
});
afterEach(async () => {
  for (const tables of opened.splice(0)) await tables.root.close();
  rmSync(dir, { recursive: true, force: true });
});

/** `finished` of the tasks have run once. */
async function storeWithTasks(count: number, finished = 0): Promise<void> {
  const store = openStore({ path: join(dir, "store"), journalKeep: 1000, historyKeep: 10, onUnreadable: () => {} });
  const world = new World();
  world.submit(...Array.from({ length: count }, () => spec()));
  for (let id = 1; id <= finished; id += 1) {
    world.plan();
    world.end(id);
  }
  const changes = new Map(
    world.events.flatMap((event) =>
      "id" in event ? [[event.id, { before: undefined, after: world.task(event.id) }]] : [],
    ),
  );
  const { nextId, lastSeq, counts } = world.state;
  await store.commit({
    events: world.events,
    changes,
    schedules: NO_SCHEDULE_CHANGES,
    attached: [],
    head: { nextId, lastSeq, counts },
  });
  await store.backup(join(dir, "copy"));
  await store.close();
}

function reopen(): Tables {
  const tables = openTables(join(dir, "store"));
  opened.push(tables);
  return tables;
}

test("what was backed up is there again, and what stood in its place is set aside", async () => {
  await storeWithTasks(3);
  rmSync(join(dir, "store"), { recursive: true });
  await openTables(join(dir, "store")).root.close();
  const restored = await restoreStore(dir, join(dir, "copy"), () => false);
  expect(restored.tasks).toBe(3);
  expect(existsSync(restored.setAside ?? "")).toBe(true);
  expect([...reopen().live.getKeys()]).toEqual([1, 2, 3]);
  expect(statSync(join(dir, "copy")).mode & 0o077).toBe(0);
});

test("what an interrupted backup left is not in the way", async () => {
  mkdirSync(join(dir, `.copy.${process.pid}`));
  await storeWithTasks(2);
  expect(existsSync(join(dir, "copy"))).toBe(true);
});

test("ids given after the backup are not given again", async () => {
  await storeWithTasks(1);
  mkdirSync(join(dir, "runs", "0"), { recursive: true });
  writeFileSync(join(dir, "runs", "0", "17.2.record"), "");
  await restoreStore(dir, join(dir, "copy"), () => false);
  expect(reopen().root.get("head")).toMatchObject({ nextId: 18 });
});

test.each([
  ["text", () => writeFileSync(join(dir, "bad"), "no database".repeat(2000))],
  ["nothing", () => writeFileSync(join(dir, "bad"), "")],
  [
    "half a backup",
    () => {
      renameSync(join(dir, "copy"), join(dir, "bad"));
      truncateSync(join(dir, "bad"), statSync(join(dir, "bad")).size / 2);
    },
  ],
  ["a missing file", () => {}],
])("refuses %s and changes nothing", async (_name, make) => {
  await storeWithTasks(2);
  make();
  await expect(restoreStore(dir, join(dir, "bad"), () => false)).rejects.toThrow(`Cannot restore ${join(dir, "bad")}`);
  expect(readdirSync(dir).filter((name) => name.startsWith("store"))).toEqual(["store"]);
  expect(reopen().live.getKeysCount()).toBe(2);
});

test("does not overwrite a file", async () => {
  await storeWithTasks(1);
  await expect(backupStore(reopen(), join(dir, "copy"))).rejects.toThrow("it exists");
});

test("a restore that was interrupted between its renames is completed at the next start", async () => {
  await storeWithTasks(2);
  renameSync(join(dir, "store"), join(dir, "store.before-now"));
  mkdirSync(join(dir, "store.restoring"));
  renameSync(join(dir, "copy"), join(dir, "store.restoring", "data.mdb"));
  finishRestore(dir);
  expect(reopen().live.getKeysCount()).toBe(2);
});

test("another store's runs are not taken for those of the backup", async () => {
  await storeWithTasks(2);
  mkdirSync(join(dir, "runs", "0"), { recursive: true });
  writeFileSync(join(dir, "runs", "0", "1.1.record"), "of task 1 there");
  writeFileSync(join(dir, "lineage"), "another store");
  await restoreStore(dir, join(dir, "copy"), () => false);
  expect(existsSync(join(dir, "runs"))).toBe(false);
  const aside = readdirSync(dir).find((name) => name.startsWith("runs.before-"));
  expect(existsSync(join(dir, aside ?? "", "0", "1.1.record"))).toBe(true);
});

test("runs that came after the backup are not taken for coming ones of finished tasks; those of waiting tasks stay", async () => {
  await storeWithTasks(2, 1);
  mkdirSync(join(dir, "runs", "0"), { recursive: true });
  for (const name of ["1.1.record", "1.2.record", "2.1.record"]) writeFileSync(join(dir, "runs", "0", name), "");
  await restoreStore(dir, join(dir, "copy"), () => false);
  expect(readdirSync(join(dir, "runs", "0"))).toEqual(["1.1.record", "2.1.record"]);
});
