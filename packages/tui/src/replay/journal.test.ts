import type { TaskEvent } from "@claudine/protocol/event";
import { NO_USAGE } from "@claudine/protocol/info";
import { reduceTask } from "@claudine/protocol/reduce";
import type { Task } from "@claudine/protocol/task";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ended, makeTask, NOW, queued } from "../testing/make-task.ts";
import { Journal } from "./journal.ts";

const at = (seq: number) => NOW + seq * 1000;
const submitted = (seq: number, id: number): TaskEvent => {
  const { id: _id, createdAt: _at, attempt: _attempt, status: _status, ...spec } = makeTask(id, queued(seq));
  return { type: "task.submitted", seq, at: at(seq), id, spec, held: false };
};
const admitted = (seq: number, id: number): TaskEvent => ({ type: "run.admitted", seq, at: at(seq), id, attempt: 1 });
const finished = (seq: number, id: number): TaskEvent => ({
  type: "run.finished",
  seq,
  at: at(seq),
  id,
  attempt: 1,
  state: "failed",
  outcome: { kind: "exited", exitCode: 1 },
  startedAt: at(seq - 1),
  finishedAt: at(seq),
  usage: NO_USAGE,
  note: null,
});
const statesAt = (journal: Journal, seq: number) =>
  [...journal.tasksAt(at(seq)).tasks.values()]
    .toSorted((one, other) => one.id - other.id)
    .map(({ id, status }) => `${id} ${status.state}`);

test("shows the tasks as they were, whatever was kept before", () => {
  const journal = new Journal([]);
  const events = [submitted(1, 1), submitted(2, 2), admitted(3, 1), finished(4, 1)];
  journal.add(events, at(3));
  journal.finish(at(9));
  expect(statesAt(journal, 2)).toEqual(["1 queued", "2 queued"]);
  expect(statesAt(journal, 3)).toEqual(["1 running", "2 queued"]);
  expect(statesAt(journal, 4)).toEqual(["1 failed", "2 queued"]);
  expect(journal.events.map(({ seq }) => seq)).toEqual([3, 4]);
});

test("what came before the journal follows from the first event, and from today", () => {
  const today = [makeTask(1, ended("failed", 0)), makeTask(2, queued(2)), makeTask(3, ended("succeeded", 0))];
  const journal = new Journal(today);
  journal.add([finished(50, 1), admitted(51, 3), finished(52, 3)], at(40));
  journal.finish(at(60));
  expect(statesAt(journal, 45)).toEqual(["1 running", "2 queued", "3 queued"]);
  expect(statesAt(journal, 51)).toEqual(["1 failed", "2 queued", "3 running"]);
});

test("leaves out what is about tasks that nobody knows any more", () => {
  const journal = new Journal([]);
  journal.add(
    [finished(5, 9), { type: "task.removed", seq: 6, at: at(6), id: 9, attempts: 1 }, submitted(7, 10)],
    at(1),
  );
  journal.finish(at(9));
  expect(journal.events.map(({ seq }) => seq)).toEqual([7]);
  expect(statesAt(journal, 7)).toEqual(["10 queued"]);
});

test("every moment is what folding everything until then gives", () => {
  const kinds = fc.array(fc.tuple(fc.constantFrom("submit", "admit", "finish"), fc.integer({ min: 1, max: 5 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(kinds, fc.nat(60), fc.nat(60), (steps, from, moment) => {
      const events: TaskEvent[] = [];
      const known = new Set<number>();
      for (const [kind, id] of steps) {
        const seq = events.length + 1;
        if (kind === "submit" && !known.has(id)) events.push(submitted(seq, id));
        else if (known.has(id)) events.push(kind === "admit" ? admitted(seq, id) : finished(seq, id));
        if (kind === "submit") known.add(id);
      }
      const journal = new Journal([]);
      journal.add(events, at(from));
      journal.finish(at(100));
      const folded = new Map<number, Task>();
      for (const event of events.filter(({ seq }) => seq <= Math.max(moment, from - 1))) {
        const id = "id" in event && typeof event.id === "number" ? event.id : 0;
        const after = reduceTask(folded.get(id), event);
        if (after !== undefined) folded.set(id, after);
      }
      expect(new Map(journal.tasksAt(at(moment)).tasks)).toEqual(folded);
    }),
  );
});

test("going back is right with more tasks than events are folded at once", () => {
  const journal = new Journal([]);
  const ids = Array.from({ length: 5000 }, (_, index) => index + 1);
  journal.add([...ids.map((id) => submitted(id, id)), ...ids.map((id) => admitted(5000 + id, id))], at(1));
  journal.finish(at(20_000));
  const runningAt = (seq: number) =>
    [...journal.tasksAt(at(seq)).tasks.values()].filter(({ status }) => status.state === "running").length;
  for (const seq of [10_000, 7999, 5001, 5000]) expect(runningAt(seq)).toBe(seq - 5000);
  expect(journal.tasksAt(at(3333)).tasks.size).toBe(3333);
});
