import type { Status } from "@claudine/protocol/task";
import { expect, test } from "vitest";
import { ended, makeTask, NOW, queued, running } from "../testing/make-task.ts";
import { TaskBook } from "./task-book.ts";

test("counts states and slots as events come", () => {
  const book = new TaskBook();
  book.load([makeTask(1, queued(1), { group: "gpu" }), makeTask(2, running(1)), makeTask(3, ended("failed", 1))]);
  expect(book.apply([{ type: "run.admitted", seq: 9, at: NOW, id: 1, attempt: 1 }])).toEqual(
    new Map([[1, book.tasks.get(1)]]),
  );
  expect([book.count("running"), book.count("queued"), book.count("failed", "lost")]).toEqual([2, 0, 1]);
  expect(["gpu", "default", "none"].map((name) => book.runningIn(name).used)).toEqual([1, 1, 0]);
  expect(book.uses).toEqual({ labels: false, groups: true, priorities: false, attempts: false });
});

test("keeps the command once", () => {
  const book = new TaskBook();
  book.load([makeTask(1, queued(1))]);
  expect(book.tasks.get(1)).toMatchObject({ command: "make target-1", argv: [] });
  book.apply([{ type: "task.submitted", seq: 9, at: NOW, id: 2, spec: makeTask(2, queued(2)), held: false }]);
  expect(book.tasks.get(2)).toMatchObject({ command: "make target-2", argv: [] });
});

test("leaves out what is not about tasks, and says when it has missed one", () => {
  const book = new TaskBook();
  expect(book.apply([{ type: "daemon.started", seq: 1, at: NOW, pid: 1, version: "1", bootId: "b" }])).toEqual(
    new Map(),
  );
  expect(book.apply([{ type: "task.removed", seq: 2, at: NOW, id: 77, attempts: 0 }])).toEqual(
    new Map([[77, undefined]]),
  );
  expect(book.apply([{ type: "task.retried", seq: 3, at: NOW, id: 77 }])).toBe("incomplete");
});

test("forgets the oldest finished tasks, and never one that is not finished", () => {
  const book = new TaskBook(10);
  book.load([
    makeTask(99, queued(1)),
    ...Array.from({ length: 12 }, (_, index) => makeTask(index + 1, ended("succeeded", index))),
  ]);
  const changed = book.apply([{ type: "run.signalled", seq: 1, at: NOW, id: 99, attempt: 1, signal: "SIGHUP" }]);
  expect(changed).toEqual(
    new Map([
      [99, book.tasks.get(99)],
      [12, undefined],
      [11, undefined],
    ]),
  );
  expect(book.tasks.size).toBe(11);
});

test("failures outlast what has succeeded since", () => {
  const book = new TaskBook(8);
  const failures = [1, 2, 3].map((id) => makeTask(id, ended("failed", 20 - id)));
  book.load([...failures, ...Array.from({ length: 6 }, (_, at) => makeTask(at + 4, ended("succeeded", 10 - at)))]);
  book.apply([{ type: "task.removed", seq: 1, at: NOW, id: 77, attempts: 0 }]);
  expect([...book.tasks.keys()]).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  book.apply([{ type: "task.removed", seq: 2, at: NOW, id: 77, attempts: 0 }]);
  expect(book.count("failed")).toBe(2);
});

test("knows how many slots runs take, of wide ones too", () => {
  const book = new TaskBook();
  const wide: Status = { state: "running", run: { attempt: 1, admittedAt: NOW, slots: 3 } };
  book.load([makeTask(1, wide, { group: "gpu" }), makeTask(2, running(5), { group: "gpu" }), makeTask(3, queued(1))]);
  expect(book.runningIn("gpu")).toEqual({ running: 2, used: 4 });
  book.apply([{ type: "task.removed", seq: 1, at: NOW, id: 1, attempts: 1 }]);
  expect(book.runningIn("gpu")).toEqual({ running: 1, used: 1 });
  expect(book.runningIn("default")).toEqual({ running: 0, used: 0 });
});
