import { expect, test } from "vitest";
import { one, spec, World } from "./fixtures.ts";
import { restart } from "./random-steps.ts";

const locked = (...locks: string[]) => spec({ needs: { locks } });
const gpus = (gpu: number) => spec({ needs: { claims: { gpu } } });

test("of the tasks with a lock one runs at a time; others pass those that wait", () => {
  const world = new World(9);
  world.submit(locked("repo"), locked("repo"), locked("repo"), spec());
  expect(world.plan()).toEqual([1, 4]);
  expect(world.why(2)).toBe("waits for the lock repo, held by task 1");
  world.end(1);
  expect(world.plan()).toEqual([2]);
  world.end(2);
  expect(world.plan()).toEqual([3]);
});

test("units are given out, the lowest first, and come back", () => {
  const world = new World(9, { resources: { gpu: 3 } });
  world.submit(gpus(2), gpus(1), gpus(1));
  world.plan();
  const units = () => world.events.flatMap((event) => (event.type === "run.admitted" ? [event.units] : []));
  expect(units()).toEqual([{ gpu: [0, 1] }, { gpu: [2] }]);
  expect(world.why(3)).toBe("waits for 1 gpu (3 of 3 in use), held by task 1, 2");
  world.end(1);
  expect(world.plan()).toEqual([3]);
  expect(units().at(-1)).toEqual({ gpu: [0] });
});

test("a task that needs much is not passed for ever by those that need little of the same", () => {
  const world = new World(9, { resources: { gpu: 2 } });
  world.submit(gpus(1), gpus(1), gpus(2), gpus(1));
  expect(world.plan()).toEqual([1, 2]);
  world.end(1);
  expect(world.plan()).toEqual([]);
  world.end(2);
  expect(world.plan()).toEqual([3]);
});

test("those that come later do not take what is kept for it either", () => {
  const world = new World(9, { resources: { gpu: 2 } });
  for (const task of [gpus(1), gpus(2), gpus(1)]) {
    world.submit(task);
    world.plan();
  }
  expect([...world.state.inFlight]).toEqual([1]);
  expect(world.why(3)).toBe("waits for 1 gpu (1 of 2 in use), behind task 2");
  expect(world.do({ type: "start", targets: one(3) })).toEqual(["run.admitted"]);
  for (const id of [1, 3]) world.end(id);
  expect(world.plan()).toEqual([2]);
});

test("a task that waits for one lock leaves the others alone", () => {
  const world = new World(9);
  world.submit(locked("a"), locked("a", "b"), locked("b"));
  expect(world.plan()).toEqual([1, 3]);
  world.end(1);
  expect(world.plan()).toEqual([]);
  world.end(3);
  expect(world.plan()).toEqual([2]);
});

test("who stops waiting lets the next one have it", () => {
  const world = new World(9);
  world.submit(locked("a"), locked("a"), locked("a"));
  world.plan();
  world.do({ type: "stop", targets: one(2), cause: "cancel", signal: "SIGTERM", note: null });
  world.end(1);
  expect(world.plan()).toEqual([3]);
});

test("one that was next and is held does not block the lock", () => {
  const world = new World(1);
  world.do({ type: "set-group", name: "other", slots: 1 });
  world.submit(locked("a"), spec({ needs: { locks: ["a"] } }), spec({ needs: { locks: ["a"] }, group: "other" }));
  expect(world.plan()).toEqual([1]);
  world.end(1);
  world.do({ type: "hold", targets: one(2), why: { kind: "user" } });
  expect(world.plan()).toEqual([3]);
});

const inGroup = (group: string, ...locks: string[]) => spec({ group, needs: { locks } });

test("a lock that is free does not wait for a group that is paused, or has no slot", () => {
  const paused = new World(2);
  paused.submit(inGroup("a", "l"), inGroup("b", "l"), inGroup("c", "l"));
  expect(paused.plan()).toEqual([1]);
  paused.do({ type: "set-group", name: "b", paused: true });
  paused.end(1);
  expect(paused.plan()).toEqual([3]);

  const full = new World(1);
  full.submit(inGroup("a", "l"), inGroup("b", "l"), spec({ group: "b" }), inGroup("c", "l"));
  expect(full.plan()).toEqual([1, 3]);
  full.end(1);
  expect(full.plan()).toEqual([4]);
});

test("what is kept for one that needs more is for others as long as its group is paused", () => {
  const world = new World(9, { resources: { gpu: 2 } });
  const inB = spec({ group: "b", needs: { claims: { gpu: 2 } } });
  world.submit(gpus(1), inB, gpus(1));
  expect(world.plan()).toEqual([1]);
  world.do({ type: "set-group", name: "b", paused: true });
  expect(world.plan()).toEqual([3]);
  world.do({ type: "set-group", name: "b", paused: false });
  for (const id of [1, 3]) world.end(id);
  expect(world.plan()).toEqual([2]);
});

test("what the configuration no longer has is not kept for anybody", () => {
  const world = new World(9, { resources: { gpu: 2 } });
  world.submit(gpus(2), gpus(2), gpus(1));
  world.plan();
  world.state.settings = { ...world.state.settings, resources: { gpu: 1 } };
  restart(world);
  world.end(1);
  expect(world.plan()).toEqual([3]);
  expect(world.why(2)).toBe("needs 2 gpu, and the configuration has 1");
});

test("a lock that one cannot use for lack of room is for the next", () => {
  const world = new World(9);
  world.host = { cores: 8, busyCpus: 0, memoryFreeBytes: 100, memoryPressure: 0, load: null };
  const large = spec({ needs: { locks: ["l"], memoryBytes: 200 } });
  world.submit(spec(), locked("l"), large, locked("l"));
  expect(world.plan()).toEqual([1, 2]);
  world.end(2);
  expect(world.plan()).toEqual([4]);
});

test("one that waits for two locks gives way in a group that was looked at before its own", () => {
  const world = new World(9);
  world.submit(inGroup("first", "other"), inGroup("x", "l", "m"), inGroup("x", "n"));
  world.plan();
  world.submit(inGroup("y", "m", "n"), inGroup("first", "m"), inGroup("first", "n"));
  expect(world.plan()).toEqual([]);
  world.end(2);
  expect(world.plan()).toEqual([5]);
  world.end(3);
  expect(world.plan()).toEqual([6]);
});

test("a claim is no lock, whatever the name, nor what every object has", () => {
  const world = new World(9);
  expect(() => world.submit(spec({ needs: { claims: { "lock:l": 5 } } }))).toThrow("there is no resource lock:l");
  expect(() => world.submit(spec({ needs: { claims: { constructor: 1 } } }))).toThrow(
    "there is no resource constructor",
  );
});

test("what there is not, or not enough of, is refused", () => {
  const world = new World(9, { resources: { gpu: 2 } });
  expect(() => world.submit(gpus(3))).toThrow("Cannot submit: it claims 3 gpu, and there are 2");
  expect(() => world.submit(spec({ needs: { claims: { tpu: 1 } } }))).toThrow("there is no resource tpu");
});

test("nothing is left behind when all have ended", () => {
  const world = new World(9, { resources: { gpu: 2 } });
  world.submit(locked("a"), locked("a"), gpus(2));
  world.plan();
  for (const id of [1, 3]) world.end(id);
  world.plan();
  world.end(2);
  expect(world.state.waiting.counted.size + world.state.waiting.parked.size).toBe(0);
});

test("tasks started by force cannot share what there is one of", () => {
  const world = new World(1);
  world.submit(spec(), locked("a"), locked("a"), spec());
  world.plan();
  expect(() => world.do({ type: "start", targets: { named: [2, 3], matched: [] } })).toThrow(
    "another of these tasks gets the lock a",
  );
  expect(world.do({ type: "start", targets: { named: [2, 4], matched: [] } })).toEqual([
    "run.admitted",
    "run.admitted",
  ]);
  expect(() => world.do({ type: "start", targets: one(3) })).toThrow("Cannot start task 3: another has the lock a");
});
