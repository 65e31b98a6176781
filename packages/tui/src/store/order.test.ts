import type { Task } from "@claudine/protocol/task";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SORT_KEYS } from "../keys.ts";
import { ended, held, makeTask, NOW, paused, queued, running } from "../testing/make-task.ts";
import { merge, outdated, sortAll, type OrderSpec } from "./order.ts";

const OLD_MS = 600_000;
const SPEC: OrderSpec = {
  sort: { by: "attention", down: false },
  filter: undefined,
  now: NOW,
  live: new Map(),
  agingMs: 600_000,
  seen: ({ status }) => "finishedAt" in status && status.finishedAt < NOW - OLD_MS,
};
const ids = (entries: readonly { task: Task }[]) => entries.map(({ task }) => task.id);

test("puts what needs attention first", () => {
  const tasks = [
    makeTask(1, ended("succeeded", 1000)),
    makeTask(2, held()),
    makeTask(3, queued(9), { priority: 1 }),
    makeTask(4, queued(3)),
    makeTask(5, running(1000)),
    makeTask(6, running(9000)),
    makeTask(7, paused(1000)),
    makeTask(8, ended("failed", 2000)),
    makeTask(9, ended("lost", 1000)),
    makeTask(10, ended("failed", OLD_MS + 1)),
    makeTask(11, queued(2)),
  ];
  expect(ids(sortAll(tasks, SPEC))).toEqual([9, 8, 6, 5, 7, 3, 11, 4, 2, 1, 10]);
});

test("waiting tasks stand as the daemon would start them: by aged rank, those of later times last", () => {
  const since = (minutes: number, more: object = {}) =>
    ({ state: "queued", since: NOW - minutes * 60_000, order: 1, ...more }) as const;
  const tasks = [
    makeTask(1, since(30)),
    makeTask(2, since(1), { priority: 2 }),
    makeTask(3, since(1), { priority: 4 }),
    makeTask(4, since(90, { notBefore: NOW + 2000 }), { priority: 9 }),
    makeTask(5, since(0, { notBefore: NOW + 1000 })),
    makeTask(6, since(60, { notBefore: NOW - 1000 })),
  ];
  const entries = sortAll(tasks, SPEC);
  expect(ids(entries)).toEqual([6, 3, 1, 2, 5, 4]);
  expect(ids(sortAll(tasks, { ...SPEC, agingMs: undefined }))).toEqual([3, 2, 6, 1, 5, 4]);
  const later = { ...SPEC, now: NOW + 2000 };
  expect(outdated(entries, later).map(({ id }) => id)).toEqual([5, 4]);
});

test("lets a failure sink among the finished when it was seen", () => {
  const entries = sortAll([makeTask(1, ended("failed", 1000)), makeTask(2, running(1000))], SPEC);
  const later: OrderSpec = { ...SPEC, seen: () => true };
  const stale = outdated(entries, later);
  expect(stale.map(({ id }) => id)).toEqual([1]);
  expect(ids(merge(entries, new Map(stale.map((task) => [task.id, task])), later))).toEqual([2, 1]);
  expect(outdated(entries, SPEC)).toEqual([]);
});

test("sorts by a column both ways, and by attention where it is equal", () => {
  const tasks = [makeTask(1, queued(1)), makeTask(2, running(5)), makeTask(3, running(10)), makeTask(4, held())];
  const usage = (id: number, cpuPercent: number) => ({ id, cpuPercent }) as never;
  const live = new Map([
    [2, usage(2, 10)],
    [3, usage(3, 90)],
  ]);
  expect(ids(sortAll(tasks, { ...SPEC, live, sort: { by: "cpu", down: true } }))).toEqual([3, 2, 1, 4]);
  expect(ids(sortAll(tasks, { ...SPEC, live, sort: { by: "cpu", down: false } }))).toEqual([1, 4, 2, 3]);
  expect(ids(sortAll(tasks, { ...SPEC, sort: { by: "id", down: true } }))).toEqual([4, 3, 2, 1]);
});

test("tasks that differ in nothing but their ids have one order, whatever changes first", () => {
  const [one, two] = [makeTask(1, queued(5)), makeTask(2, queued(5))];
  expect(ids(sortAll([two, one], SPEC))).toEqual([1, 2]);
  expect(ids(merge(sortAll([one, two], SPEC), new Map([[1, one]]), SPEC))).toEqual([1, 2]);
});

const aStatus = fc.oneof(
  fc.nat(50).map(queued),
  fc.nat(50).map((ms) => running(ms * 1000)),
  fc.nat(50).map((ms) => paused(ms * 1000)),
  fc.constant(held()),
  fc.nat(2 * OLD_MS).map((ms) => ended("failed", ms)),
  fc.nat(50).map((ms) => ended("succeeded", ms)),
);
const aTask = (id: number) =>
  fc
    .record({
      status: aStatus,
      priority: fc.nat(2),
      label: fc.option(fc.string()),
      group: fc.constantFrom("default", "gpu"),
    })
    .map(({ status, ...change }) => makeTask(id, status, change));
const someTasks = fc
  .nat(30)
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => aTask(index + 1))));

test("tasks of the same place are ordered by id, whatever changes", () => {
  const queued = (id: number) => makeTask(id, { state: "queued", since: 0, order: 7 });
  const entries = sortAll([queued(1), queued(2), queued(3)], SPEC);
  expect(ids(merge(entries, new Map([[1, queued(1)]]), SPEC))).toEqual([1, 2, 3]);
  expect(ids(merge(entries, new Map([[3, queued(3)]]), SPEC))).toEqual([1, 2, 3]);
});

test("merging changes gives the same order as sorting everything", () => {
  const cases = fc.record({
    tasks: someTasks,
    change: fc.array(
      fc.nat(30).chain((id) => fc.option(aTask(id + 1), { nil: undefined }).map((task) => ({ id: id + 1, task }))),
    ),
    by: fc.constantFrom(...SORT_KEYS),
    down: fc.boolean(),
    byGroup: fc.boolean(),
  });
  fc.assert(
    fc.property(cases, ({ tasks, change, by, down, byGroup }) => {
      const filter = { last: 0, since: 0, test: (task: Task) => task.priority < 2 };
      const spec: OrderSpec = { ...SPEC, sort: { by, down }, byGroup, filter };
      const changed = new Map(change.map(({ id, task }) => [id, task]));
      const after = new Map<number, Task>(tasks.map((task) => [task.id, task]));
      for (const [id, task] of changed) {
        if (task === undefined) after.delete(id);
        else after.set(id, task);
      }
      expect(ids(merge(sortAll(tasks, spec), changed, spec))).toEqual(ids(sortAll(after.values(), spec)));
    }),
  );
});
