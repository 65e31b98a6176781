/** Texts of agents are stored with their tasks, shared by those that say the same, and go with the last. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentSpec, AgentTexts, ScheduleSpec, Task } from "@claudine/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Command } from "../core/command.ts";
import { one, spec, World } from "../core/fixtures.ts";
import { NO_SCHEDULE_CHANGES } from "../core/schedule-changes.ts";
import type { Turn } from "../core/turn.ts";
import { checkStore } from "./check.ts";
import { describeDamage } from "./damage-words.ts";
import { openTables, type Tables } from "./open.ts";
import { repairStore } from "./repair.ts";
import { openStore, type Store } from "./store.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "texts-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const path = () => join(dir, "store");
const agent = (textsId: string): AgentSpec => ({ choices: [{ agent: "claude" }], textsId, promptBytes: 1 });
const texts = (id: string, prompt = `prompt of ${id}`): AgentTexts => ({ id, prompt });

async function within<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = openStore({ path: path(), journalKeep: 1000, historyKeep: 10, onUnreadable: () => {} });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function save(store: Store, world: World, attached: readonly AgentTexts[]): Promise<void> {
  const changes = new Map<number, { before: Task | undefined; after: Task | undefined }>();
  for (let id = 1; id < world.state.nextId; id += 1) changes.set(id, { before: store.task(id), after: world.task(id) });
  const { nextId, lastSeq, counts } = world.state;
  const env = { id: "env", plain: {}, sealed: null };
  const head = { nextId, lastSeq, counts: { ...counts } };
  await store.commit({
    events: world.events.slice(),
    changes,
    schedules: NO_SCHEDULE_CHANGES,
    attached: [env, ...attached],
    head,
  });
}

type Step = { world: World; attached?: readonly AgentTexts[] };

/** Decides and commits, as the engine does. */
async function commit(store: Store, { world, attached = [] }: Step, command: Command): Promise<void> {
  let turn: Turn | undefined;
  const events = world.turn((one) => {
    turn = one;
    one.decide(command);
  });
  const { nextId, lastSeq, counts } = world.state;
  const { changes = new Map(), schedules = NO_SCHEDULE_CHANGES } = turn ?? {};
  const env = { id: "env", plain: {}, sealed: null };
  const head = { nextId, lastSeq, counts: { ...counts } };
  await store.commit({ events, changes, schedules, attached: [env, ...attached], head });
}

function opened<T>(look: (tables: Tables) => T): T {
  const tables = openTables(path());
  try {
    return look(tables);
  } finally {
    void tables.root.close();
  }
}

test("two tasks of the same texts have them once, and the last takes them along", async () => {
  const world = new World();
  world.submit(spec({ agent: agent("a") }), spec({ agent: agent("a") }), spec({ agent: agent("b") }));
  await within(async (store) => {
    await save(store, world, [texts("a"), texts("b"), texts("nobody's")]);
    expect(store.texts("a")).toEqual(texts("a"));
    expect(store.texts("nobody's")).toBeUndefined();
    world.do({ type: "remove", targets: one(1) });
    await save(store, world, []);
    expect(store.texts("a")).toEqual(texts("a"));
    world.do({ type: "remove", targets: one(2) });
    await save(store, world, []);
    expect([store.texts("a"), store.texts("b")]).toEqual([undefined, texts("b")]);
  });
  expect(opened((tables) => checkStore(tables).damages)).toEqual([]);
});

test("what was said to a task is stored with it, and goes with it; the same words are there once", async () => {
  const world = new World();
  world.submit(spec({ agent: agent("a") }));
  const goOn = (textsId: string) => {
    world.do({ type: "stop", targets: one(1), cause: "cancel", signal: "SIGTERM", note: null });
    world.do({ type: "continue", id: 1, attempt: 0, feedback: { textsId, bytes: 1 } });
  };
  await within(async (store) => {
    await save(store, world, [texts("a")]);
    goOn("f");
    await save(store, world, [texts("f")]);
    goOn("f");
    await save(store, world, [texts("f")]);
    expect([store.texts("a"), store.texts("f")]).toEqual([texts("a"), texts("f")]);
  });
  expect(opened((tables) => [tables.textUses.get("f"), checkStore(tables).damages])).toEqual([2, []]);
  await within(async (store) => {
    world.do({ type: "remove", targets: one(1) });
    await save(store, world, []);
    expect([store.texts("a"), store.texts("f")]).toEqual([undefined, undefined]);
  });
});

test("what waits for the next run is stored in the same commit, once, and stays when it is told", async () => {
  const world = new World();
  world.submit(spec({ agent: agent("a") }));
  await within(async (store) => {
    await save(store, world, [texts("a")]);
    world.do({ type: "tell", id: 1, said: { textsId: "w", bytes: 1 } });
    await save(store, world, [texts("w")]);
    expect(store.task(1)?.feedback).toMatchObject([{ textsId: "w", attempt: null }]);
    world.plan();
    await save(store, world, []);
    expect([store.texts("w"), store.task(1)?.feedback?.[0]?.attempt]).toEqual([texts("w"), 1]);
  });
  expect(opened((tables) => [tables.textUses.get("w"), checkStore(tables).damages])).toEqual([1, []]);
});

test("a schedule has its prompt as its tasks do, and the last of them takes it along", async () => {
  const world = new World();
  const { uid: _, ...task } = spec({ agent: agent("a") });
  const own: ScheduleSpec = { uid: "u", when: { kind: "every", everyMs: 60_000, from: 0 }, zone: "UTC", task };
  const declare = (name: string, textsId: string): Command => {
    const whole = { ...own, task: { ...task, agent: agent(textsId) } };
    return { type: "declare-schedules", declare: { kind: "add", schedule: { name, spec: whole } } };
  };
  await within(async (store) => {
    await commit(store, { world, attached: [texts("a")] }, declare("s", "a"));
    expect(store.texts("a")).toEqual(texts("a"));
    await commit(store, { world }, { type: "run-schedule", name: "s" });
    await commit(store, { world }, { type: "remove-schedules", names: ["s"] });
    expect(store.texts("a")).toEqual(texts("a"));
    await commit(store, { world, attached: [texts("b")] }, declare("s", "b"));
  });
  const uses = () => opened((tables) => ["a", "b"].map((id) => tables.textUses.get(id)));
  expect([uses(), opened((tables) => checkStore(tables).damages)]).toEqual([[1, 1], []]);
  await within(async (store) => {
    const changes = { task: { command: "true", argv: ["true"], agent: undefined } };
    await commit(store, { world }, { type: "declare-schedules", declare: { kind: "change", name: "s", changes } });
    await commit(store, { world }, { type: "remove", targets: one(1) });
    expect([store.texts("a"), store.texts("b")]).toEqual([undefined, undefined]);
  });
  expect([uses(), opened((tables) => checkStore(tables).damages)]).toEqual([[undefined, undefined], []]);
});

test("the prompt of a schedule that is gone is told", async () => {
  const world = new World();
  const { uid: _, ...task } = spec({ agent: agent("a") });
  const own: ScheduleSpec = { uid: "u", when: { kind: "every", everyMs: 60_000, from: 0 }, zone: "UTC", task };
  const declare = { kind: "add", schedule: { name: "s", spec: own } } as const;
  await within((store) => commit(store, { world, attached: [texts("a")] }, { type: "declare-schedules", declare }));
  const tables = openTables(path());
  await tables.texts.remove("a");
  expect(checkStore(tables).damages.map(describeDamage)).toEqual(["The prompt of schedule s is missing"]);
  await tables.root.close();
});

test("a prompt that is gone is there again when its schedule is given the same words", async () => {
  const world = new World();
  const { uid: _, ...task } = spec({ agent: agent("a") });
  const own: ScheduleSpec = { uid: "u", when: { kind: "every", everyMs: 60_000, from: 0 }, zone: "UTC", task };
  const add = { kind: "add", schedule: { name: "s", spec: own } } as const;
  await within((store) =>
    commit(store, { world, attached: [texts("a")] }, { type: "declare-schedules", declare: add }),
  );
  const tables = openTables(path());
  await tables.texts.remove("a");
  await tables.root.close();
  const change = { kind: "change", name: "s", changes: { task: { agent: agent("a") } } } as const;
  await within((store) =>
    commit(store, { world, attached: [texts("a")] }, { type: "declare-schedules", declare: change }),
  );
  expect(opened((after) => [after.texts.get("a"), after.textUses.get("a"), checkStore(after).damages])).toEqual([
    texts("a"),
    1,
    [],
  ]);
});

test("ten megabytes come back as they went in", async () => {
  const world = new World();
  world.submit(spec({ agent: agent("a") }));
  const large = "ä".repeat(5 * 2 ** 20);
  await within((store) => save(store, world, [texts("a", large)]));
  await within(async (store) => expect(store.texts("a")?.prompt === large).toBe(true));
});

test("a prompt that is gone is told, and a wrong count is mended", async () => {
  const world = new World();
  world.submit(spec({ agent: agent("a") }), spec({ agent: agent("b") }));
  await within((store) => save(store, world, [texts("a"), texts("b")]));
  const tables = openTables(path());
  await tables.texts.remove("a");
  await tables.textUses.put("b", 7);
  const { damages } = checkStore(tables);
  expect(damages.map(describeDamage)).toEqual([
    "The prompt of task 1 is missing",
    "A prompt does not know that 1 tasks and schedules have it",
  ]);
  expect(repairStore(tables, damages)).toMatchObject([{ kind: "texts" }]);
  expect(checkStore(tables).damages).toMatchObject([{ kind: "texts", owner: "task 1" }]);
  await tables.root.close();
});
