import { expect, test } from "vitest";
import { one, spec, World } from "./fixtures.ts";
import { planNext, wakeAt } from "./plan.ts";

test("starts what was submitted first, as many as there are slots", () => {
  const world = new World(2);
  world.submit(spec(), spec(), spec());
  expect(world.plan()).toEqual([1, 2]);
  world.end(1);
  expect(world.plan()).toEqual([3]);
});

test("starts a higher priority first, in any group", () => {
  const world = new World(1);
  world.submit(spec(), spec({ priority: 5 }), spec({ priority: 9, group: "other" }));
  expect(world.plan()).toEqual([3, 2]);
});

test("a group has slots of its own", () => {
  const world = new World(1);
  world.do({ type: "set-group", name: "wide", slots: 3 });
  world.submit(...Array.from({ length: 4 }, () => spec({ group: "wide" })), spec());
  expect(world.plan()).toEqual([1, 2, 3, 5]);
});

test("a retried task goes to the end of the line", () => {
  const world = new World(1);
  world.submit(spec(), spec());
  world.plan();
  world.end(1, 1);
  world.do({ type: "retry", targets: one(1) });
  expect(world.plan()).toEqual([2]);
  world.end(2);
  expect(world.plan()).toEqual([1]);
  expect(world.task(1)?.attempt).toBe(2);
});

test("a paused task keeps its slot", () => {
  const world = new World(1);
  world.submit(spec(), spec());
  world.plan();
  world.do({ type: "pause", targets: one(1) });
  expect(world.plan()).toEqual([]);
});

test("SIGKILL follows when the grace is over, once", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  world.do({ type: "stop", targets: one(1), cause: "kill", signal: "SIGTERM", graceMs: 500, note: null });
  expect(wakeAt(world.state, world.facts())).toBe(1500);
  expect(planNext({ ...world.facts(), now: 1499 }, true)).toBeUndefined();
  world.now = 1500;
  world.plan();
  expect(world.events.at(-1)?.type).toBe("run.escalated");
  expect(wakeAt(world.state, world.facts())).toBeUndefined();
});

test("admits nothing while it must not, but still escalates", () => {
  const world = new World();
  world.submit(spec());
  expect(planNext(world.facts(), false)).toBeUndefined();
});
