import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { spec, type World } from "../core/fixtures.ts";
import { MINUTE, scheduled } from "../core/schedule-fixtures.ts";
import type { Turn } from "../core/turn.ts";
import { checkStore } from "./check.ts";
import { openTables } from "./open.ts";
import { openStore, type Store } from "./store.ts";

let dir = "";
let store: Store;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "schedules-"));
  store = openHere();
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

function openHere(historyKeep = 5): Store {
  return openStore({
    path: join(dir, "store"),
    journalKeep: 1000,
    historyKeep,
    onUnreadable: (key) => expect.fail(key),
  });
}

/** What happens in a turn, and commits it as the engine does. */
async function commit(world: World, action: (turn: Turn) => void): Promise<void> {
  let turn: Turn | undefined;
  const events = world.turn((one) => {
    turn = one;
    action(one);
  });
  const { nextId, lastSeq, counts } = world.state;
  const { changes = new Map(), schedules = expect.fail("there was no turn") } = turn ?? {};
  const envs = [{ id: "env", plain: { A: "a" }, sealed: null }];
  await store.commit({ events, changes, schedules, attached: envs, head: { nextId, lastSeq, counts: { ...counts } } });
}

const at = (world: World, now: number) => {
  world.now = now;
  return commit(world, (turn) => turn.plan(true));
};

/** A schedule whose addition is stored, too. */
async function stored(): Promise<World> {
  const world = scheduled({ overlap: "all" });
  const known = world.state.schedules.all.get("s");
  world.do({ type: "remove-schedules", names: ["s"] });
  const kept = known?.spec ?? expect.fail("there is no schedule");
  await commit(world, (turn) =>
    turn.decide({ type: "declare-schedules", declare: { kind: "add", schedule: { name: "s", spec: kept } } }),
  );
  return world;
}

const history = (limit = 10) =>
  store.firings("s", { before: 1000, limit }).map(({ number, task, state }) => [number, task, state]);

test("schedules, what came of their due times and how their tasks ended are there for the next daemon", async () => {
  const world = await stored();
  await at(world, MINUTE);
  await at(world, 2 * MINUTE);
  await commit(world, (turn) => turn.decide(endOf(1)));
  await store.close();
  store = openHere();
  const [schedule] = store.load().schedules;
  expect(schedule).toEqual(world.state.schedules.all.get("s"));
  expect(history()).toEqual([
    [2, 2, null],
    [1, 1, "succeeded"],
  ]);
  await commit(world, (turn) => turn.decide({ type: "remove", targets: { named: [1], matched: [] } }));
  expect(history().at(-1)).toEqual([1, 1, "succeeded"]);
});

function endOf(id: number) {
  return {
    type: "report-ended",
    id,
    attempt: 1,
    outcome: { kind: "exited", exitCode: 0 },
    startedAt: 1,
    finishedAt: 2,
    usage: {
      cpuMs: 0,
      userMs: 0,
      systemMs: 0,
      peakRssBytes: 0,
      avgRssBytes: 0,
      readBytes: 0,
      writeBytes: 0,
      wallMs: 0,
    },
  } as const;
}

test("a history keeps its newest entries, and fewer when fewer are to be kept", async () => {
  const world = await stored();
  for (let minute = 1; minute <= 8; minute += 1) await at(world, minute * MINUTE);
  expect(history().map(([number]) => number)).toEqual([8, 7, 6, 5, 4]);
  await store.close();
  store = openHere(2);
  await at(world, 9 * MINUTE);
  expect(history().map(([number]) => number)).toEqual([9, 8]);
});

test("a schedule keeps its environment, which goes with it when no task has it", async () => {
  const world = await stored();
  expect(store.env("env")).toBeDefined();
  await commit(world, (turn) => turn.decide({ type: "remove-schedules", names: ["s"] }));
  expect(store.env("env")).toBeUndefined();
  expect(history()).toEqual([]);
});

test("a history goes with its schedule, and one of the same name begins anew", async () => {
  const world = await stored();
  await at(world, MINUTE);
  await commit(world, (turn) => {
    turn.decide({ type: "remove-schedules", names: ["s"] });
    const when = { kind: "every", everyMs: MINUTE, from: world.now } as const;
    const { uid: _, ...task } = spec();
    const schedule = { name: "s", spec: { uid: "other", when, zone: "UTC", overlap: "all", task } } as const;
    turn.decide({ type: "declare-schedules", declare: { kind: "add", schedule } });
    turn.decide({ type: "run-schedule", name: "s" });
  });
  expect(history()).toEqual([[1, 2, null]]);
  await commit(world, (turn) => turn.decide(endOf(1)));
  expect(history()).toEqual([[1, 2, null]]);
});

/** Entries that nobody waits for: as many as years of a schedule leave. */
async function withLongHistory(): Promise<World> {
  const world = await stored();
  await at(world, MINUTE);
  const [firing] = store.firings("s", { before: 1000, limit: 1 });
  await store.close();
  const tables = openTables(join(dir, "store"));
  await tables.root.batch(() => {
    for (let number = 2; number <= 2500; number += 1)
      void tables.firings.put(["s", number], { ...(firing ?? expect.fail("it was not due")), number });
  });
  await tables.root.close();
  store = openHere();
  return world;
}

const entries = () => store.firings("s", { before: 9999, limit: 9999 }).length;
const remove = (world: World) => commit(world, (turn) => turn.decide({ type: "remove-schedules", names: ["s"] }));

test("a long history goes in pieces after its schedule, also after a restart", async () => {
  const world = await withLongHistory();
  await remove(world);
  expect(entries()).toBe(2500);
  await store.close();
  store = openHere();
  await expect.poll(entries, { timeout: 20_000 }).toBe(0);
});

test("one of the same name does not wait for a long history to go", async () => {
  const world = await withLongHistory();
  const known = world.state.schedules.all.get("s")?.spec ?? expect.fail("there is no schedule");
  await remove(world);
  await commit(world, (turn) => {
    const schedule = { name: "s", spec: { ...known, uid: "other" } };
    turn.decide({ type: "declare-schedules", declare: { kind: "add", schedule } });
    turn.decide({ type: "run-schedule", name: "s" });
  });
  expect(entries()).toBe(1);
  await store.close();
  const tables = openTables(join(dir, "store"));
  expect([...tables.meta.getKeys({ start: "forgotten" })].filter((key) => key.startsWith("forgotten"))).toEqual([]);
  await tables.root.close();
  store = openHere();
  expect(entries()).toBe(1);
});

test("a check finds nothing wrong with it, and counts schedules among those that have an environment", async () => {
  const world = await stored();
  await at(world, MINUTE);
  await store.close();
  const tables = openTables(join(dir, "store"));
  expect(checkStore(tables).damages).toEqual([]);
  await tables.envs.remove("env");
  expect(checkStore(tables).damages).toEqual(
    expect.arrayContaining([expect.objectContaining({ kind: "environment", owner: "schedule s" })]),
  );
  await tables.root.close();
  store = openHere();
});

test("a schedule of which nobody can tell when it is due is told of and left in the store, and the others are served", async () => {
  await stored();
  await store.close();
  const told: string[] = [];
  store = openStore({
    path: join(dir, "store"),
    journalKeep: 1000,
    historyKeep: 5,
    onUnreadable: (key) => told.push(key),
    isUnderstood: ({ name }) => name !== "s",
  });
  expect(store.load().schedules).toEqual([]);
  expect(told).toEqual(["schedules/s"]);
  await store.close();
  store = openHere();
  expect([...store.load().schedules].map(({ name }) => name)).toEqual(["s"]);
});
