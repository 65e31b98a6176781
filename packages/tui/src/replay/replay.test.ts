import { ClaudineError } from "@claudine/protocol/errors";
import type { TaskEvent } from "@claudine/protocol/event";
import { expect, onTestFinished, test } from "vitest";
import { TopStore } from "../store/top-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { FakeSource } from "../testing/fake-source.ts";
import { makeTask, NOW, queued } from "../testing/make-task.ts";
import { lookOf } from "../theme.ts";
import { bannerOf } from "../view/tabs-line.ts";
import { readPast } from "./past.ts";
import { Replay } from "./replay.ts";

const look = lookOf({ color: true, ascii: false });
const MINUTE = 60_000;
const submitted = (seq: number, id: number): TaskEvent => {
  const { id: _id, createdAt: _at, attempt: _attempt, status: _status, ...spec } = makeTask(id, queued(seq));
  return { type: "task.submitted", seq, at: NOW + seq * MINUTE, id, spec, held: false };
};
const EVENTS: readonly TaskEvent[] = [
  submitted(1, 1),
  { type: "run.admitted", seq: 2, at: NOW + 2 * MINUTE, id: 1, attempt: 1 },
  submitted(3, 2),
  submitted(4, 3),
];

async function openReplay(events = EVENTS, how = { at: NOW + 2.5 * MINUTE, speed: 60, playing: false }) {
  const source = new FakeSource([], {
    "event.list": ({ since = 0 }) => ({
      events: events.filter(({ seq }) => seq > since),
      lastSeq: events.at(-1)?.seq ?? 0,
      firstSeq: events[0]?.seq ?? 1,
    }),
    "config.get": () => ({ path: "", config: {} }),
  });
  const range = { from: NOW, to: NOW + 10 * MINUTE };
  const wall = new FakeClock();
  const past = await readPast(source, range);
  const replay = new Replay({ source, wall, past }, { range, ...how });
  const size = { columns: 100, rows: 30 };
  const ports = { source: replay, clock: replay.clock, wall, recorder: replay, look, size, wish: () => {} };
  const store = new TopStore({ ...ports, first: { readOnly: true } });
  store.start();
  onTestFinished(async () => {
    replay.stop();
    await store.stop();
  });
  await wall.pass(500);
  const press = async (...keys: string[]) => {
    for (const key of keys) store.press(key);
    await wall.pass(500);
  };
  const shown = () =>
    store
      .scene()
      .rows.map(({ task }) => `${task.id} ${task.status.state}`)
      .toSorted();
  return { store, source, wall, press, shown, past, replay };
}

test("stands still, goes on and back by keys, and comes to an end", async () => {
  const { press, shown, store, wall } = await openReplay();
  expect(shown()).toEqual(["1 running"]);
  await press("]");
  expect(shown()).toEqual(["1 running", "2 queued"]);
  await press("[", "[");
  expect(shown()).toEqual(["1 queued"]);
  await press(",");
  await wall.pass(3000);
  expect(shown()).toEqual(["1 running", "2 queued", "3 queued"]);
  await wall.pass(60_000);
  expect(store.scene().recorder).toMatchObject({ at: NOW + 10 * MINUTE, playing: false });
});

test("the newest events are those of then", async () => {
  const { press, store } = await openReplay();
  const seqs = () => store.scene().events.map(({ seq }) => seq);
  expect(seqs()).toEqual([1, 2]);
  await press("]", "]");
  expect(seqs()).toEqual([1, 2, 3, 4]);
  await press("[", "[", "[");
  expect(seqs()).toEqual([1]);
});

test("changes nothing, by no way", async () => {
  const { press, source, store, replay } = await openReplay();
  await press("c", "h", "D");
  expect(store.scene().notice?.text).toBe("Not done: this screen is read-only");
  await expect(replay.call("task.remove", { selector: ["1"] })).rejects.toThrow(ClaudineError);
  expect(source.asked.map(({ method }) => method).filter((method) => /cancel|hold|remove/.test(method))).toEqual([]);
});

test("says what is no longer known of that time", async () => {
  const { past } = await openReplay(EVENTS.slice(2));
  expect(past.missing).toMatch(/^the journal begins at \d\d:\d\d:\d\d, no host history$/);
  const late = EVENTS.slice(2).map((event) => ({ ...event, at: event.at + 60 * MINUTE }));
  expect((await openReplay(late)).past.missing).toBe("the journal does not reach back that far");
  expect((await openReplay()).past.missing).toBe("no host history");
});

test("says how many events are damaged, and goes on with the others", async () => {
  const { past, shown } = await openReplay(EVENTS.filter(({ seq }) => seq !== 3));
  expect(past.missing).toBe("1 event is damaged, no host history");
  expect(shown()).toEqual(["1 running"]);
});

test("a part of the journal that cannot be read ends it, and is told", async () => {
  const source = new FakeSource([], {
    "event.list": ({ since = 0 }) => {
      if (since === 2) throw new ClaudineError("internal", "The daemon failed on this request");
      return { events: EVENTS.slice(0, 2), lastSeq: 4, firstSeq: 1 };
    },
  });
  const past = await readPast(source, { from: NOW, to: NOW + 10 * MINUTE });
  expect(past.missing).toMatch(/^the journal cannot be read from \d\d:\d\d:\d\d on, no host history$/);
  expect(past.journal.events.map(({ seq }) => seq)).toEqual([1, 2]);
});

test("how long the daemon has been away is told in the time of today", async () => {
  const { store, source, wall } = await openReplay(EVENTS, { at: NOW, speed: 60, playing: true });
  source.connection({ state: "lost", why: "gone" });
  await wall.pass(3500);
  expect(bannerOf(store.scene())).toEqual({ kind: "lost", seconds: 3, why: "gone" });
});

test("tells how much of a long journal is read", async () => {
  const told: string[] = [];
  const source = new FakeSource([], {
    "event.list": ({ since = 0 }) => ({
      events: EVENTS.filter(({ seq }) => seq === since + 1),
      lastSeq: 4,
      firstSeq: 1,
    }),
  });
  await readPast(source, { from: NOW, to: NOW + 10 * MINUTE }, (read, all) => told.push(`${read} of ${all}`));
  expect(told).toEqual(["0 of 3", "1 of 3", "2 of 3", "3 of 3"]);
});
