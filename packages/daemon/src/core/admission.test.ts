import { expect, test } from "vitest";
import { one, spec, World } from "./fixtures.ts";
import { restart } from "./random-steps.ts";

test("a wide task takes its slots, and is not overtaken while it waits for them", () => {
  const world = new World(3);
  world.submit(spec(), spec({ needs: { slots: 3 } }), spec());
  expect(world.plan()).toEqual([1]);
  expect(world.why(2)).toBe("waits for 3 slots (1 of 3 in use)");
  expect(world.why(3)).toBe("waits for its turn behind task 2");
  world.end(1);
  expect(world.plan()).toEqual([2]);
  world.end(2);
  expect(world.plan()).toEqual([3]);
});

/** Afterwards the group is smaller than its task. */
function lowered(from: number, to: number, ...specs: Parameters<World["submit"]>): World {
  const world = new World(from);
  world.submit(...specs);
  world.do({ type: "set-group", name: "default", slots: to });
  return world;
}

test("a task wider than its group has become starts when the group is empty", () => {
  const world = lowered(9, 2, spec({ needs: { slots: 9 } }), spec());
  expect(world.plan()).toEqual([1]);
  world.end(1);
  expect(world.plan()).toEqual([2]);
});

test("a run keeps the slots it got, whatever becomes of its group", () => {
  const world = lowered(3, 2, spec({ needs: { slots: 3 } }));
  world.plan();
  world.do({ type: "set-group", name: "default", slots: 3 });
  world.started(1);
  restart(world);
  expect(world.state.groups.get("default")?.used).toBe(2);
  world.submit(spec());
  expect(world.plan()).toEqual([2]);
});

test("groups that compete for the slots of all have equal shares", () => {
  const world = new World(9, { totalSlots: 4 });
  world.submit(...Array.from({ length: 9 }, () => spec()));
  world.submit(...Array.from({ length: 9 }, () => spec({ group: "b" })));
  world.plan();
  expect(world.state.groups.get("default")?.used).toBe(2);
  expect(world.state.groups.get("b")?.used).toBe(2);
  expect(world.why(9)).toBe("waits for a slot of all groups (4 of 4 in use)");
});

test("a wide task is not passed for ever by narrow ones of another group", () => {
  const world = new World(9, { totalSlots: 3 });
  const narrow = spec({ group: "g" });
  world.submit(narrow, narrow, narrow, spec({ group: "w", needs: { slots: 3 } }), narrow);
  expect(world.plan()).toEqual([1, 2, 3]);
  world.end(1);
  expect(world.plan()).toEqual([]);
  expect(world.why(5)).toBe("waits for its turn behind task 4 of group w");
  for (const id of [2, 3]) world.end(id);
  expect(world.plan()).toEqual([4]);
});

test("room is kept for a task that has waited for it long, from all groups", () => {
  const world = new World(9);
  world.host = { cores: 8, busyCpus: 0, memoryFreeBytes: 100, memoryPressure: 0, load: null };
  const inG = (memoryBytes: number) => spec({ group: "g", needs: { memoryBytes } });
  world.submit(inG(60), spec({ needs: { memoryBytes: 90 } }), inG(10));
  expect(world.plan()).toEqual([1, 3]);
  world.now += 600_001;
  world.submit(inG(10));
  expect(world.plan()).toEqual([]);
  expect(world.why(4)).toBe("waits for its turn behind task 2 of group default");
  for (const id of [1, 3]) world.end(id);
  expect(world.plan()).toEqual([2, 4]);
});

test("a limit for all groups set by a person goes before the configured one, until it is taken back", () => {
  const world = new World(9, { totalSlots: 4 });
  world.submit(...Array.from({ length: 9 }, () => spec()));
  world.do({ type: "set-group", name: "*", slots: 5 });
  expect(world.plan()).toHaveLength(5);
  world.do({ type: "set-group", name: "*", slots: null });
  world.end(1);
  expect(world.plan()).toEqual([]);
  world.end(2);
  expect(world.plan()).toHaveLength(1);
});

test("nothing of a paused group starts, and what runs goes on", () => {
  const world = new World(1);
  world.submit(spec(), spec(), spec({ group: "b" }));
  world.plan();
  world.do({ type: "set-group", name: "default", paused: true });
  world.end(1);
  expect(world.plan()).toEqual([]);
  expect(world.why(2)).toBe("waits for group default to be resumed");
  world.do({ type: "set-group", name: "default", paused: false });
  expect(world.plan()).toEqual([2]);
});

test("a group is removed when nothing is in it", () => {
  const world = new World(1);
  world.do({ type: "set-group", name: "b", slots: 2 });
  world.submit(spec({ group: "b" }));
  world.do({ type: "hold", targets: one(1), why: { kind: "user" } });
  expect(() => world.do({ type: "remove-group", name: "b" })).toThrow("Cannot remove group b: it has unfinished tasks");
  world.do({ type: "submit", tasks: [{ spec: spec({ group: "held" }), held: true }] });
  expect(() => world.do({ type: "remove-group", name: "held" })).toThrow("it has unfinished tasks");
  expect(() => world.do({ type: "remove-group", name: "c" })).toThrow("there is no such group");
  expect(() => world.do({ type: "remove-group", name: "default" })).toThrow("tasks without a group are in it");
  world.do({ type: "stop", targets: one(1), cause: "cancel", signal: "SIGTERM", note: null });
  world.do({ type: "remove-group", name: "b" });
  expect(world.state.groups.has("b")).toBe(false);
});

test("a point of priority is worth so much waiting, and no more: nothing starves", () => {
  const world = new World(1, { agingMs: 1000 });
  world.submit(spec());
  world.submit(spec());
  expect(world.plan()).toEqual([1]);
  // A task of priority 5 overtakes those that came at most five seconds before it.
  world.now = 1000 + 4999;
  world.submit(spec({ priority: 5 }));
  world.now = 1000 + 5001;
  world.submit(spec({ priority: 5 }));
  const order = [];
  for (let running = 1; order.length < 3;) {
    world.end(running);
    running = world.plan()[0] ?? 0;
    order.push(running);
  }
  expect(order).toEqual([3, 2, 4]);
});

test("without ageing a higher priority always comes first", () => {
  const world = new World(1, { agingMs: undefined });
  world.submit(spec(), spec());
  world.plan();
  world.now = 10 ** 12;
  world.submit(spec({ priority: 1 }));
  world.end(1);
  expect(world.plan()).toEqual([3]);
});

test("tasks are moved to the front, the back and before others, and change places", () => {
  const world = new World(1);
  world.submit(...Array.from({ length: 6 }, () => spec()));
  world.plan();
  const order = () => {
    const { ready } = world.state.groups.get("default") ?? {};
    return [2, 3, 4, 5, 6].toSorted((a, b) => rank(a) - rank(b) || 0).filter((id) => ready?.has(id));
  };
  const rank = (id: number) => {
    const status = world.task(id)?.status;
    return status?.state === "queued" ? status.order : 0;
  };
  world.do({ type: "move", targets: { named: [5, 6], matched: [] }, to: "front" });
  expect(order()).toEqual([5, 6, 2, 3, 4]);
  world.do({ type: "move", targets: one(5), to: "back" });
  expect(order()).toEqual([6, 2, 3, 4, 5]);
  world.do({ type: "move", targets: one(4), to: { before: 3 } });
  expect(order()).toEqual([6, 2, 4, 3, 5]);
  world.do({ type: "swap", ids: [6, 3] });
  expect(order()).toEqual([3, 2, 4, 6, 5]);
  world.end(1);
  expect(world.plan()).toEqual([3]);
});

test("several moved before the same one after another keep their order", () => {
  const world = new World(1);
  world.submit(...Array.from({ length: 6 }, () => spec()));
  world.plan();
  for (const id of [5, 6]) world.do({ type: "move", targets: one(id), to: { before: 3 } });
  const order = [];
  for (let running = 1; running !== 0;) {
    world.end(running);
    running = world.plan()[0] ?? 0;
    order.push(running);
  }
  expect(order).toEqual([2, 5, 6, 3, 4, 0]);
});

test("what waits can be changed, what runs only where that has no effect yet", () => {
  const world = lowered(2, 1, spec(), spec({ needs: { slots: 2 } }));
  world.plan();
  world.do({ type: "change", targets: one(2), changes: { priority: 3, label: "x", needs: null, group: "b" } });
  expect(world.task(2)).toMatchObject({ priority: 3, label: "x", group: "b" });
  expect(world.task(2)?.needs).toBeUndefined();
  expect(world.plan()).toEqual([2]);
  expect(() => world.do({ type: "change", targets: one(1), changes: { priority: 1 } })).toThrow("it is running");
  world.do({ type: "change", targets: one(1), changes: { label: "y" } });
  expect(world.task(1)?.label).toBe("y");
});

test("a task starts by force past slots, times, pauses and dependencies", () => {
  const world = new World(1);
  world.submit(spec(), spec({ notBefore: 10 ** 12 }), spec({ after: [] }));
  world.submit(spec({ after: [{ id: 1, on: "success" }] }));
  world.plan();
  expect(world.do({ type: "start", targets: { named: [2, 3, 4], matched: [] } })).toHaveLength(3);
  expect(() => world.do({ type: "start", targets: one(1) })).toThrow("Cannot start task 1: it is running");
});
