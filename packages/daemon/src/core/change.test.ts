import { describe, expect, test } from "vitest";
import type { Task } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";
import type { ChangeWish } from "./merge-rules.ts";

const RETRY = { limit: 3, delayMs: 5000, backoff: "constant", jitter: false } as const;

function change(world: World, changes: ChangeWish, id = 1): Task | undefined {
  world.do({ type: "change", targets: one(id), changes });
  return world.task(id);
}

function worldWith(more: Parameters<typeof spec>[0]): World {
  const world = new World();
  world.submit(spec({ notBefore: 1e9, ...more }));
  return world;
}

describe("of a rule", () => {
  test("what is not said stays, and null takes a part away, and the last one all of it", () => {
    const world = worldWith({ limits: { timeoutMs: 5000, graceMs: 1 }, needs: { slots: 2 }, retry: RETRY });
    expect(change(world, { limits: { timeoutMs: 9000 } })?.limits).toEqual({ timeoutMs: 9000, graceMs: 1 });
    expect(change(world, { limits: { timeoutMs: null } })?.limits).toEqual({ graceMs: 1 });
    expect(change(world, { limits: { graceMs: null } })).not.toHaveProperty("limits");
    expect(change(world, { needs: { cpus: 2, slots: null } })?.needs).toEqual({ cpus: 2 });
    expect(change(world, { retry: { delayMs: 1 } })?.retry).toEqual({ ...RETRY, delayMs: 1 });
    expect(change(world, { retry: { delayMs: null } })?.retry).toEqual({ ...RETRY, delayMs: 0 });
    expect(change(world, { retry: { limit: null } })).not.toHaveProperty("retry");
    expect(change(world, { retry: { limit: 1 } })?.retry).toEqual({ ...RETRY, limit: 1, delayMs: 0 });
  });

  test("several tasks each keep their own parts", () => {
    const world = new World();
    world.submit(spec({ notBefore: 1e9, limits: { timeoutMs: 1 } }), spec({ notBefore: 1e9, limits: { graceMs: 2 } }));
    const targets = { named: [1, 2], matched: [] };
    world.do({ type: "change", targets, changes: { limits: { idleTimeoutMs: 3 } } });
    expect([1, 2].map((id) => world.task(id)?.limits)).toEqual([
      { timeoutMs: 1, idleTimeoutMs: 3 },
      { graceMs: 2, idleTimeoutMs: 3 },
    ]);
  });

  test.each<[ChangeWish, string]>([
    [
      { limits: { warnSignal: { signal: "SIGUSR1", beforeMs: 60_000 } } },
      "before the timeout comes before it has begun",
    ],
    [{ retry: { jitter: true, delayMs: 0, limit: 1 } }, "there is no delay between retries to vary"],
    [{ retry: { delayMs: 5 } }, "it is not retried at all"],
    [{ retry: { limit: 1, delayMs: 5, maxDelayMs: 9 } }, "a longest delay is for delays that grow"],
    [{ retry: { limit: 1, backoff: "exponential", delayMs: 9, maxDelayMs: 5 } }, "is shorter than the first (9ms)"],
    [{ needs: { memoryBytes: 2 ** 31 } }, "it needs 2.0G of memory, and may use 1.0G"],
    [{ onDependencyFailure: "hold" }, "it depends on nothing"],
    [{ maxFails: 3 }, "it is not of a batch that counts failures"],
    [{ after: [{ id: 1, on: "any" }] }, "it would wait for itself"],
  ])("%j contradicts what there is", (wish, message) => {
    const world = worldWith({ limits: { timeoutMs: 5000 }, needs: { memoryMaxBytes: 2 ** 30 } });
    const before = world.task(1);
    expect(() => change(world, wish)).toThrow(message);
    expect(world.task(1)).toEqual(before);
  });
});

describe("a key", () => {
  test("is one task's; whom it was taken from, another may have it in the same turn", () => {
    const world = new World();
    world.submit(spec({ key: "a" }), spec());
    expect(() => change(world, { key: "a" }, 2)).toThrow("Cannot change task 2: task 1 has this key");
    world.turn((turn) => {
      turn.decide({ type: "change", targets: one(1), changes: { key: null } });
      turn.decide({ type: "change", targets: one(2), changes: { key: "a" } });
    });
    expect([1, 2].map((id) => world.task(id)?.key)).toEqual([undefined, "a"]);
    world.submit(spec({ key: "a" }));
    expect(world.state.live.size).toBe(2);
  });

  test("is given to one task at a time", () => {
    const world = new World();
    world.submit(spec(), spec());
    const targets = { named: [], matched: [1, 2] };
    expect(() => world.do({ type: "change", targets, changes: { key: "a" } })).toThrow("a key names one task");
    const edits = [1, 2].map((id) => ({ id, changes: { key: "a" } }));
    expect(() => world.do({ type: "edit", edits, retry: false })).toThrow('Cannot give two tasks the key "a"');
  });
});

test("what a batch allows is changed for all of it, and counts at once", () => {
  const world = new World(9);
  const tasks = Array.from({ length: 4 }, () => ({ spec: spec(), held: false }));
  world.do({ type: "submit", tasks, maxFails: 3 });
  world.plan();
  world.end(1, 1);
  world.end(2, 1);
  world.plan();
  expect(world.task(3)?.status.state).toBe("running");
  change(world, { maxFails: 1 }, 3);
  expect([1, 2, 3, 4].map((id) => world.task(id)?.batch?.maxFails)).toEqual([1, 1, 1, 1]);
  world.plan();
  expect(world.why(4)).toBe("stopping with SIGTERM");
  expect(world.task(4)?.status).toMatchObject({ run: { stopping: { note: "more than 1 of its batch failed" } } });
});

test("while a task runs what matters later can be changed, and nothing else", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  expect(change(world, { onFinish: "true", key: "k", label: "l", retry: { limit: 1 } })).toMatchObject({
    onFinish: "true",
    key: "k",
    label: "l",
  });
  expect(() => change(world, { priority: 1 })).toThrow("Cannot change task 1: it is running");
});
