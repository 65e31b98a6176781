import { expect, test } from "vitest";
import { one, spec, World } from "./fixtures.ts";

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
  expect(() => world.do({ type: "start", targets: { named: [2, 3], matched: [] } })).toThrow("lock:a");
  expect(world.do({ type: "start", targets: { named: [2, 4], matched: [] } })).toEqual([
    "run.admitted",
    "run.admitted",
  ]);
  expect(() => world.do({ type: "start", targets: one(3) })).toThrow("Cannot start task 3: another has the lock a");
});
