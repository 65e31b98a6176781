import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "lmdb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_SCHEDULE_CHANGES } from "../core/schedule-changes.ts";
import { spec, World } from "../core/fixtures.ts";
import { checkStore } from "./check.ts";
import { openTables } from "./open.ts";
import { openStore, type Store } from "./store.ts";

let dir = "";
const stores: Store[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "store-"));
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(dir, { recursive: true, force: true });
});

function openHere(journalKeep = 1000, unreadable: string[] = []): Store {
  const store = openStore({
    path: join(dir, "store"),
    journalKeep,
    historyKeep: 10,
    onUnreadable: (key) => unreadable.push(key),
  });
  stores.push(store);
  return store;
}

/** Commits what a world in memory has done since the last time. */
async function save(store: Store, world: World, from: number): Promise<void> {
  const events = world.events.slice(from);
  const ids = new Set(events.flatMap((event) => ("id" in event ? [event.id] : [])));
  const changes = new Map([...ids].map((id) => [id, { before: store.task(id), after: world.task(id) }]));
  const { nextId, lastSeq, counts } = world.state;
  const envs = ["env", "other"].map((id) => ({ id, plain: { A: id }, sealed: null }));
  await store.commit({
    events,
    changes,
    schedules: NO_SCHEDULE_CHANGES,
    attached: envs,
    head: { nextId, lastSeq, counts: { ...counts } },
  });
}

test("a new daemon reads what is not finished, and where the counters stand", async () => {
  const world = new World(1);
  world.submit(spec(), spec(), spec());
  world.plan();
  world.end(1);
  world.do({ type: "set-group", name: "wide", slots: 7 });
  await save(openHere(), world, 0);
  await stores.splice(0)[0]?.close();

  const store = openHere();
  const seed = store.load();
  expect([...seed.tasks].map(({ id, status }) => [id, status.state])).toEqual([
    [2, "queued"],
    [3, "queued"],
  ]);
  expect(seed).toMatchObject({
    nextId: 4,
    lastSeq: world.state.lastSeq,
    counts: { queued: 2, succeeded: 1 },
    groups: [{ name: "wide", slots: 7 }],
  });
  expect(store.task(1)).toEqual(world.task(1));
  expect(store.runs(1)).toMatchObject([{ attempt: 1, state: "succeeded", outcome: { kind: "exited", exitCode: 0 } }]);
  expect([...store.idsBelow(100)]).toEqual([3, 2, 1]);
  expect([...store.idsBelow(3, "queued")]).toEqual([2]);
  expect(store.events(0, 1000)).toEqual(world.events);
  expect(store.events(2, 2)).toEqual(world.events.slice(2, 4));
});

test("the journal keeps what it is told to, without a gap", async () => {
  const store = openHere(10);
  const world = new World();
  for (let round = 0; round < 30; round += 1) {
    const from = world.events.length;
    world.submit(spec());
    await save(store, world, from);
  }
  const kept = store.events(0, 1000).map(({ seq }) => seq);
  expect(kept.at(-1)).toBe(30);
  expect(kept[0]).toBe(store.firstSeq());
  expect(kept.length).toBeGreaterThanOrEqual(10);
  expect(kept.length).toBeLessThan(15);
  expect(kept).toEqual(kept.map((_, index) => (kept[0] ?? 0) + index));
});

test("an environment goes with its last task", async () => {
  const store = openHere();
  const world = new World();
  const step = async (action: () => void) => {
    const from = world.events.length;
    action();
    await save(store, world, from);
  };
  await step(() => world.submit(spec({ envId: "other" }), spec({ envId: "other" })));
  expect(store.env("other")?.plain).toEqual({ A: "other" });
  await step(() => world.do({ type: "remove", targets: { named: [1], matched: [] } }));
  expect(store.env("other")).toBeDefined();
  await step(() => world.do({ type: "remove", targets: { named: [2], matched: [] } }));
  expect(store.env("other")).toBeUndefined();
  expect(store.env("env")).toBeUndefined();
});

test("environments are counted over restarts, whichever was taken last", async () => {
  const world = new World();
  const step = async (action: () => void) => {
    const store = openHere();
    const from = world.events.length;
    action();
    await save(store, world, from);
    const kept = ["env", "other"].filter((id) => store.env(id) !== undefined);
    await stores.splice(0)[0]?.close();
    const tables = openTables(join(dir, "store"));
    expect(checkStore(tables).damages).toEqual([]);
    await tables.root.close();
    return kept;
  };
  const remove = (id: number) => () => void world.do({ type: "remove", targets: { named: [id], matched: [] } });
  expect(await step(() => world.submit(spec(), spec()))).toEqual(["env"]);
  expect(await step(() => world.submit(spec({ envId: "other" })))).toEqual(["env", "other"]);
  expect(await step(() => world.submit(spec(), spec({ envId: "other" }), spec()))).toEqual(["env", "other"]);
  expect(await step(remove(3))).toEqual(["env", "other"]);
  expect(await step(remove(5))).toEqual(["env"]);
  for (const id of [1, 2, 4]) expect(await step(remove(id))).toEqual(["env"]);
  expect(await step(remove(6))).toEqual([]);
  expect(await step(() => world.submit(spec()))).toEqual(["env"]);
});

test("an environment whose count is lost stays", async () => {
  const world = new World();
  world.submit(spec({ envId: "other" }), spec({ envId: "other" }));
  await save(openHere(), world, 0);
  await stores.splice(0)[0]?.close();
  const tables = openTables(join(dir, "store"));
  const { nextId, lastSeq, counts } = world.state;
  await tables.root.put("head", { nextId, lastSeq, counts });
  await tables.root.close();
  const store = openHere();
  const from = world.events.length;
  world.do({ type: "remove", targets: { named: [1], matched: [] } });
  await save(store, world, from);
  expect(store.env("other")).toBeDefined();
});

test("a task is in one table, wherever it goes", async () => {
  const store = openHere();
  const world = new World(1);
  const step = async (action: () => void) => {
    const from = world.events.length;
    action();
    await save(store, world, from);
    return [...store.load().tasks].map(({ id }) => id);
  };
  expect(await step(() => world.submit(spec(), spec()))).toEqual([1, 2]);
  expect(await step(() => (world.plan(), world.end(1)))).toEqual([2]);
  expect([...store.idsBelow(100, "succeeded")]).toEqual([1]);
  expect([...store.idsBelow(100)]).toEqual([2, 1]);
  const one = { named: [1], matched: [] };
  expect(await step(() => world.do({ type: "retry", targets: one }))).toEqual([1, 2]);
  expect([...store.idsBelow(100, "succeeded")]).toEqual([]);
  expect(store.runs(1)).toHaveLength(1);
  expect(await step(() => world.do({ type: "remove", targets: one }))).toEqual([2]);
  expect(store.task(1)).toBeUndefined();
  expect(store.runs(1)).toEqual([]);
});

test("one unreadable record is set aside, and the others are served", async () => {
  const world = new World();
  world.submit(spec(), spec(), spec());
  await save(openHere(), world, 0);
  await stores.splice(0)[0]?.close();
  const raw = open({ path: join(dir, "store"), maxDbs: 16 });
  await raw
    .openDB<Buffer, number>({ name: "live", keyEncoding: "uint32", encoding: "binary" })
    .put(2, Buffer.from([0xc1, 0xff, 0x00]));
  await raw.close();

  const unreadable: string[] = [];
  const store = openHere(1000, unreadable);
  expect([...store.load().tasks].map(({ id }) => id)).toEqual([1, 3]);
  expect(unreadable).toContain("live/2");
});

test("a newer store is refused and left as it is", async () => {
  openHere();
  await stores.splice(0)[0]?.close();
  const raw = open({ path: join(dir, "store"), maxDbs: 16 });
  const meta = raw.openDB<unknown, string>({ name: "meta" });
  await meta.put("schema", 99);
  await raw.close();
  expect(() => openHere()).toThrow(
    expect.objectContaining({ code: "version_mismatch", message: expect.stringContaining("schema 99") }),
  );
  const again = open({ path: join(dir, "store"), maxDbs: 16 });
  expect(again.openDB<unknown, string>({ name: "meta" }).get("schema")).toBe(99);
  await again.close();
});

test("takes nothing any more when its folder was moved away, and goes on when it is back", async () => {
  const world = new World(1);
  world.submit(spec());
  const store = openHere();
  renameSync(join(dir, "store"), join(dir, "elsewhere"));
  await expect(save(store, world, 0)).rejects.toMatchObject({ code: "storage" });
  renameSync(join(dir, "elsewhere"), join(dir, "store"));
  await save(store, world, 0);
  expect(store.task(1)).toEqual(world.task(1));
});

test("events are read up to a damaged key of the journal, and it is told what is the matter", async () => {
  const world = new World(1);
  world.submit(spec(), spec(), spec());
  await save(openHere(), world, 0);
  await stores.splice(0)[0]?.close();
  const root = open({ path: join(dir, "store") });
  // Behind the third: longer than the key of any number, and of none.
  await root
    .openDB({ name: "journal", keyEncoding: "binary" })
    .put(Buffer.from("14014011223344556677889901", "hex"), {});
  await root.close();
  const store = openHere();
  expect(store.events(0, 1000).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(() => store.events(3, 1000)).toThrow("Cannot read the journal after event 3: it is damaged");
});

test.each([
  { stands: "in the place of the first event", key: "13ff0011223344556677889901", kept: [2, 3] },
  { stands: "before the first event", key: "104000000000000a11223344556677889901", kept: [1, 2, 3] },
])("a damaged key $stands keeps nobody from the others, nor the store from being opened", async ({ key, kept }) => {
  const world = new World(1);
  world.submit(spec(), spec(), spec());
  await save(openHere(), world, 0);
  await stores.splice(0)[0]?.close();
  const root = open({ path: join(dir, "store") });
  if (kept[0] !== 1) await root.openDB<unknown, number>({ name: "journal" }).remove(1);
  await root.openDB({ name: "journal", keyEncoding: "binary" }).put(Buffer.from(key, "hex"), {});
  await root.close();
  const store = openHere();
  expect(store.firstSeq()).toBe(kept[0]);
  expect(store.events(store.firstSeq() - 1, 1000).map(({ seq }) => seq)).toEqual(kept);
  const from = world.events.length;
  world.submit(spec());
  await save(store, world, from);
  expect(store.events(3, 1000)).toEqual(world.events.slice(from));
});

test("a journal of which nothing can be read begins with the first event, as an empty one does", async () => {
  await openHere().close();
  stores.splice(0);
  const root = open({ path: join(dir, "store") });
  await root
    .openDB({ name: "journal", keyEncoding: "binary" })
    .put(Buffer.from("13ff0011223344556677889901", "hex"), {});
  await root.close();
  const unreadable: string[] = [];
  expect(openHere(1000, unreadable).firstSeq()).toBe(1);
  expect(unreadable).toEqual(["journal/1"]);
});
