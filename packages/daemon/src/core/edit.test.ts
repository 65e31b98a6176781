import { expect, test } from "vitest";
import type { Dependency, TaskId } from "@claudine/protocol";
import { spec, World } from "./fixtures.ts";

const after = (...ids: TaskId[]): { after: Dependency[] } => ({ after: ids.map((id) => ({ id, on: "success" })) });

test("several tasks are changed in one step, each in its own way", () => {
  const world = new World(1);
  world.submit(spec(), spec(), spec());
  world.plan();
  const edits = [
    { id: 2, changes: { label: "two" } },
    { id: 3, changes: { priority: 5 } },
  ];
  expect(world.do({ type: "edit", edits, retry: false })).toEqual(["task.changed", "task.changed"]);
  expect([world.task(2)?.label, world.task(3)?.priority]).toEqual(["two", 5]);
});

test("when one cannot be changed, none is", () => {
  const world = new World(1);
  world.submit(spec(), spec());
  world.plan();
  const edits = [
    { id: 2, changes: { label: "two" } },
    { id: 1, changes: { command: "x", argv: ["x"] } },
  ];
  expect(() => world.do({ type: "edit", edits, retry: false })).toThrow("Cannot change task 1: it is running");
  expect(world.task(2)?.label).toBeNull();
});

test("those that do not fit are left out where that is wished", () => {
  const world = new World(1);
  world.submit(spec(), spec());
  world.plan();
  const edits = [1, 2, 99].map((id) => ({ id, changes: { priority: 5 } }));
  expect(world.do({ type: "edit", edits, retry: false, skipUnfit: true })).toEqual(["task.changed"]);
  expect([world.task(1)?.priority, world.task(2)?.priority]).toEqual([0, 5]);
});

test("two edits that make a circle only together are refused", () => {
  const world = new World(1);
  world.submit(spec(), spec(), spec());
  world.plan();
  const edits = [
    { id: 2, changes: after(3) },
    { id: 3, changes: after(2) },
  ];
  expect(() => world.do({ type: "edit", edits, retry: false })).toThrow("wait for each other in a circle");
  expect(world.task(2)?.after).toBeUndefined();
});

test("a finished task runs again as it was changed", () => {
  const world = new World(1);
  world.submit(spec());
  world.plan();
  world.end(1, 1);
  const edits = [{ id: 1, changes: { command: "x", argv: ["x"] } }];
  expect(() => world.do({ type: "edit", edits, retry: false })).toThrow(
    "Cannot change task 1: it has already finished",
  );
  expect(world.do({ type: "edit", edits, retry: true })).toEqual(["task.changed", "task.retried"]);
  expect(world.plan()).toEqual([1]);
  expect(world.task(1)).toMatchObject({ attempt: 2, argv: ["x"] });
});

test("what has not finished is not retried", () => {
  const world = new World(1);
  world.submit(spec());
  const edits = [{ id: 1, changes: {} }];
  expect(() => world.do({ type: "edit", edits, retry: true })).toThrow("Cannot retry task 1: it is ");
});

test("a changed command line runs by the shell that the task had", () => {
  const world = new World(1);
  world.submit(spec(), spec({ command: "a", argv: ["/bin/zsh", "-c", "a"] }), spec({ argv: ["a", "b"] }));
  world.plan();
  const change = { command: "b", argv: ["/bin/sh", "-c", "b"] };
  world.do({ type: "edit", edits: [2, 3].map((id) => ({ id, changes: change })), retry: false });
  expect(world.task(2)).toMatchObject({ command: "b", argv: ["/bin/zsh", "-c", "b"] });
  expect(world.task(3)).toMatchObject({ command: "b", argv: ["/bin/sh", "-c", "b"] });
});
