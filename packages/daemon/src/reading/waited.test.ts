import type { EventBody, Task, TaskEvent } from "@claudine/protocol";
import { expect, test } from "vitest";
import { spec } from "../core/fixtures.ts";
import { readWaited } from "./waited.ts";

const START = 1000;

/** A journal of these events, each with its time. */
async function waited(events: readonly (EventBody & { at: number })[], change: Partial<Task> = {}, until = 1100) {
  const journal = events.map((event, index): TaskEvent => ({ ...event, seq: index + 1 }));
  const task: Task = {
    ...spec(),
    id: 5,
    createdAt: START,
    attempt: 1,
    status: { state: "queued", since: START, order: 1 },
    ...change,
  };
  const source = {
    events: (since: number, limit: number) => journal.slice(since, since + limit),
    firstSeq: () => 1,
  };
  const { parts, complete } = await readWaited(source, { task, from: START, until }, journal.length);
  expect(complete).toBe(true);
  return Object.fromEntries(parts.map(({ why, ms }) => [why, ms]));
}

const submitted = (change: Partial<Task> = {}, held = false) => ({
  type: "task.submitted" as const,
  id: 5,
  spec: { ...spec(), ...change },
  held,
  at: START,
});
const admitted = { type: "run.admitted" as const, id: 5, attempt: 1, at: 1100 };

test("with nothing else it waits for room", async () => {
  expect(await waited([submitted(), admitted])).toEqual({ room: 100 });
});

test("held, then until its time, then for a slot", async () => {
  const events = [submitted({ notBefore: 1050 }, true), { type: "task.released" as const, id: 5, at: 1030 }, admitted];
  expect(await waited(events)).toEqual({ held: 30, time: 20, room: 50 });
});

test("a group that is resumed kept it from the start", async () => {
  const events = [submitted(), { type: "group.changed" as const, name: "default", paused: false, at: 1060 }, admitted];
  expect(await waited(events)).toEqual({ "group-paused": 60, room: 40 });
  const other = [submitted(), { type: "group.changed" as const, name: "other", paused: false, at: 1060 }, admitted];
  expect(await waited(other)).toEqual({ room: 100 });
});

test("the last of its dependencies counts, and one that had ended before does not", async () => {
  const after = [
    { id: 1, on: "any" as const },
    { id: 2, on: "any" as const },
  ];
  const ended = (id: number, at: number) => ({ type: "task.cancelled" as const, id, note: null, at });
  expect(await waited([submitted(), ended(1, 1010), ended(2, 1070), admitted], { after })).toEqual({
    dependencies: 70,
    room: 30,
  });
  expect(await waited([submitted(), admitted], { after })).toEqual({ room: 100 });
});

test("events before and after that time do not count", async () => {
  const events = [
    { type: "group.changed" as const, name: "default", paused: true, at: 10 },
    submitted(),
    admitted,
    { type: "group.changed" as const, name: "default", paused: false, at: 2000 },
  ];
  expect(await waited(events)).toEqual({ room: 100 });
});
