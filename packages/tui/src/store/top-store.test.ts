import type { Result } from "@claudine/protocol/methods";
import type { TaskEvent } from "@claudine/protocol/event";
import type { Task } from "@claudine/protocol/task";
import { expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { FakeSource, NO_LOG, QUIET_HOST } from "../testing/fake-source.ts";
import { ended, makeTask, NOW, queued, running } from "../testing/make-task.ts";
import { lookOf } from "../theme.ts";
import { bannerOf } from "../view/tabs-line.ts";
import type { Wish } from "./acting.ts";
import { TopStore } from "./top-store.ts";

const look = lookOf({ color: true, ascii: false });

async function openStore(source: FakeSource, size = { columns: 80, rows: 24 }) {
  const clock = new FakeClock();
  const wishes: Wish[] = [];
  const store = new TopStore({ source, clock, look, size, wish: (wish) => wishes.push(wish) });
  let frames = 0;
  store.subscribe(() => (frames += 1));
  store.start();
  onTestFinished(() => store.stop());
  await clock.pass(500);
  const press = async (...keys: string[]) => {
    for (const key of keys) store.press(key);
    await clock.pass(0);
  };
  return { store, clock, wishes, press, frames: () => frames };
}

const rowIds = (store: TopStore) => store.scene().rows.map(({ task }) => task.id);
const submitted = (seq: number, id: number): TaskEvent => {
  const { id: _id, createdAt: _at, attempt: _attempt, status: _status, ...spec } = makeTask(id, queued(seq));
  return { type: "task.submitted", seq, at: NOW, id, spec, held: false };
};
const retried = (seq: number, id: number): TaskEvent => ({ type: "task.retried", seq, at: NOW, id });
const admitted = (seq: number, id: number): TaskEvent => ({ type: "run.admitted", seq, at: NOW, id, attempt: 1 });

test("shows the snapshot, then folds what happens", async () => {
  const source = new FakeSource([makeTask(1, running(5000)), makeTask(2, queued(2))]);
  const { store, clock } = await openStore(source);
  expect(rowIds(store)).toEqual([1, 2]);
  source.push(submitted(3, 3), { type: "task.removed", seq: 4, at: NOW, id: 2, attempts: 0 }, admitted(5, 3));
  await clock.pass(500);
  expect(rowIds(store)).toEqual([1, 3]);
  expect(store.scene()).toMatchObject({ loaded: true, total: 2, counts: { running: 2, queued: 0 } });
});

test("reads a new snapshot when an event is about a task it does not know", async () => {
  const source = new FakeSource([makeTask(1, running(5000))]);
  const { store, clock } = await openStore(source);
  source.has([makeTask(1, running(5000)), makeTask(900, queued(3))]);
  source.push(retried(3, 900));
  await clock.pass(500);
  expect(source.subscriptions).toBe(2);
  expect(rowIds(store)).toEqual([1, 900]);
});

test("draws at most a few times a second, whatever happens, and never waits for a key", async () => {
  const source = new FakeSource([makeTask(1, queued(1))]);
  const { clock, frames, press } = await openStore(source);
  const before = frames();
  for (let seq = 2; seq < 1002; seq += 1) {
    source.push(submitted(seq, seq));
    await clock.pass(5);
  }
  const drawn = frames() - before;
  expect(drawn).toBeGreaterThan(10);
  expect(drawn).toBeLessThanOrEqual(50);
  const now = frames();
  await press("down");
  expect(frames()).toBe(now + 1);
});

test("asks once a second for usage, and why the tasks in sight wait", async () => {
  const host: Result<"host.read"> = { ...QUIET_HOST, reasons: [{ id: 2, why: "waits for a slot" }] };
  const source = new FakeSource([makeTask(1, running(1)), makeTask(2, queued(2))], { "host.read": () => host });
  const { store, clock } = await openStore(source);
  await clock.pass(500);
  expect(store.scene().rows[1]?.waitsFor).toBe("waits for a slot");
  expect(source.asked.findLast(({ method }) => method === "host.read")?.params).toEqual({ explain: [2] });
  const before = source.count("host.read");
  await clock.pass(5000);
  expect(source.count("host.read") - before).toBe(5);
});

test("the cursor stays at the top until it is moved, then with its task", async () => {
  const source = new FakeSource([makeTask(1, running(5000)), makeTask(2, queued(2)), makeTask(3, queued(3))]);
  const { store, clock, press } = await openStore(source);
  const failed = {
    type: "run.finished",
    attempt: 1,
    state: "failed",
    outcome: { kind: "exited", exitCode: 1 },
  } as const;
  const usage = {
    cpuMs: 1,
    userMs: 1,
    systemMs: 0,
    peakRssBytes: 1,
    avgRssBytes: 1,
    readBytes: 0,
    writeBytes: 0,
    wallMs: 1,
  };
  await press("down");
  expect(store.scene().chosen?.task.id).toBe(2);
  source.push(admitted(4, 3), {
    ...failed,
    seq: 5,
    at: NOW,
    id: 3,
    startedAt: NOW,
    finishedAt: NOW,
    usage,
    note: null,
  });
  await clock.pass(500);
  expect(rowIds(store)).toEqual([3, 1, 2]);
  expect(store.scene()).toMatchObject({ cursorRow: 5, chosen: { task: { id: 2 } } });
  await press("g");
  expect(store.scene().chosen?.task.id).toBe(3);
  source.push({ type: "task.removed", seq: 6, at: NOW, id: 3, attempts: 0 });
  await clock.pass(500);
  expect(store.scene().chosen?.task.id).toBe(1);
  await press("G");
  source.push({ type: "task.removed", seq: 7, at: NOW, id: 2, attempts: 0 });
  await clock.pass(500);
  expect(store.scene().chosen?.task.id).toBe(1);
});

test("the filter stays until Esc, and a paste goes nowhere else", async () => {
  const tasks = [makeTask(1, queued(1)), makeTask(2, queued(2), { label: "web" }), makeTask(3, queued(3))];
  const { store, press } = await openStore(new FakeSource(tasks));
  store.paste("q\u001b[31m");
  expect(store.scene().ui.filter).toBe("");
  await press("/", "w", "x", "backspace");
  store.paste("eb\n");
  await press("return", "down");
  expect(rowIds(store)).toEqual([2]);
  expect(store.scene()).toMatchObject({ shown: 1, total: 3, ui: { filter: "web", prompt: null } });
  await press("escape");
  expect(rowIds(store)).toEqual([1, 2, 3]);
});

test("kill asks first, and only yes kills", async () => {
  const task = makeTask(7, running(1));
  const source = new FakeSource([task], { "task.kill": () => ({ tasks: [] }) });
  const { store, press } = await openStore(source);
  await press("K");
  expect(store.scene().ui.prompt).toEqual({ kind: "kill", ids: [7] });
  await press("n");
  await press("K", "escape");
  expect(source.count("task.kill")).toBe(0);
  await press("K", "y");
  expect(source.asked.at(-1)).toEqual({ method: "task.kill", params: { selector: ["7"], signal: "SIGTERM" } });
  expect(store.scene().ui.prompt).toBe(null);
  await press("K", "9");
  expect(source.asked.at(-1)?.params).toMatchObject({ signal: "SIGKILL" });
});

const deeds: readonly [Task, string, string, string][] = [
  [makeTask(4, running(1)), "p", "task.pause", "Paused task 4"],
  [makeTask(4, { ...running(1), state: "paused", since: NOW } as Task["status"]), "p", "task.resume", "Resumed task 4"],
  [makeTask(4, queued(1)), "h", "task.hold", "Held task 4"],
  [makeTask(4, { state: "held", since: NOW, why: { kind: "user" } }), "h", "task.release", "Released task 4"],
  [makeTask(4, queued(1)), "c", "task.cancel", "Cancelled task 4"],
  [makeTask(4, ended("failed", 1)), "r", "task.retry", "Queued task 4 again"],
];
test.for(deeds)("%o with %s is %s", async ([task, key, method, said]) => {
  const source = new FakeSource([task], { [method]: () => ({ tasks: [] }) });
  const { store, clock, press } = await openStore(source);
  await press(key);
  await clock.pass(500);
  expect(source.asked.filter((one) => one.method === method)).toEqual([{ method, params: { selector: ["4"] } }]);
  expect(store.scene().notice).toMatchObject({ text: said });
  await clock.pass(7000);
  expect(store.scene().notice).toBe(null);
});

test("says what cannot be done, and what the daemon refused", async () => {
  const { store, clock, press } = await openStore(new FakeSource([makeTask(4, ended("failed", 1))]));
  await press("p");
  expect(store.scene().notice?.text).toBe("Cannot pause task 4: it has already finished");
  await press("r");
  await clock.pass(500);
  expect(store.scene().notice).toEqual(expect.objectContaining({ text: "nobody answers task.retry", style: "bad" }));
});

test("keeps the last screen while the daemon is away, and wakes nobody", async () => {
  const source = new FakeSource([makeTask(1, running(1))], { "task.pause": () => ({ tasks: [] }) });
  const { store, clock, press } = await openStore(source);
  source.connection({ state: "lost", why: "it closed" });
  await clock.pass(2000);
  expect(store.scene()).toMatchObject({ connection: { state: "lost", why: "it closed" }, total: 1 });
  await press("p");
  expect(source.count("task.pause")).toBe(0);
  expect(store.scene().notice?.text).toBe("Not done: the daemon is not reachable");
  source.connection({ state: "connected" });
  await clock.pass(500);
  expect(store.scene().connection).toEqual({ state: "up" });
});

test("tells of a daemon that hangs, and when it answers again", async () => {
  let answer = () => {};
  let hangs = false;
  const waiting = () => new Promise<typeof QUIET_HOST>((resolve) => (answer = () => resolve(QUIET_HOST)));
  const source = new FakeSource([makeTask(1, running(1))], { "host.read": () => (hangs ? waiting() : QUIET_HOST) });
  const { store, clock } = await openStore(source);
  await clock.pass(4000);
  expect(bannerOf(store.scene())).toEqual({ kind: "none" });
  hangs = true;
  await clock.pass(9000);
  expect(bannerOf(store.scene())).toMatchObject({ kind: "silent", seconds: 9 });
  hangs = false;
  answer();
  await clock.pass(500);
  expect(bannerOf(store.scene())).toEqual({ kind: "none" });
});

test("q quits, Ctrl-C from everywhere; in a terminal too small nothing else happens", async () => {
  const source = new FakeSource([makeTask(1, queued(1))], { "task.cancel": () => ({ tasks: [] }) });
  const { store, wishes, press } = await openStore(source);
  await press("?", "q", "ctrl+c");
  expect(wishes).toEqual([{ kind: "quit", code: 130 }]);
  store.resize({ columns: 20, rows: 5 });
  await press("c", "q");
  expect(source.count("task.cancel")).toBe(0);
  expect(wishes.at(-1)).toEqual({ kind: "quit", code: 0 });
});

test("reads the log of the chosen task, and not of those that are only passed by", async () => {
  const tasks = [1, 2, 3, 4].map((id) => makeTask(id, running(10_000 - id)));
  const source = new FakeSource(tasks, {
    "log.read": ({ stream }) => ({ ...NO_LOG, data: stream === "stderr" ? "oops\n" : "hello\nworld\n" }),
  });
  const { store, clock, press } = await openStore(source);
  await clock.pass(500);
  const { log } = store.scene();
  expect(log).toMatchObject({ target: { id: 1, attempt: 1 }, status: "ended" });
  expect(log?.buffer.slice(0, 9).map(({ stream, text }) => [stream, text[0]?.text])).toEqual([
    ["stdout", "hello"],
    ["stdout", "world"],
    ["stderr", "oops"],
  ]);
  await press("down", "down", "down");
  await clock.pass(500);
  const read = source.asked
    .filter(({ method }) => method === "log.read")
    .map(({ params }) => (params as { id: number }).id);
  expect(new Set(read)).toEqual(new Set([1, 4]));
});
