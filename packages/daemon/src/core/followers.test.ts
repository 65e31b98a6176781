import { describe, expect, test } from "vitest";
import type { TaskSpec } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";

const QUEUE = { held: false, ifRunning: "queue" } as const;

function queue(world: World, change: Partial<TaskSpec> = {}) {
  return world.do({ type: "submit", tasks: [{ spec: spec(change), ...QUEUE }] });
}

describe("one after the other", () => {
  /** Task 1 runs, and so many wait for each other. */
  const queued = (count: number, slots = 9) => {
    const world = new World(slots);
    world.submit(spec());
    world.plan();
    for (let left = count; left > 0; left -= 1) queue(world);
    return world;
  };
  const cancel = (world: World, id: number) =>
    world.do({ type: "stop", targets: one(id), cause: "cancel", signal: "SIGTERM", note: null });

  test("whoever is cancelled or held in the middle", () => {
    const world = queued(5);
    cancel(world, 3);
    world.do({ type: "remove", targets: one(3) });
    world.do({ type: "hold", targets: one(2), why: { kind: "user" } });
    expect(world.plan()).toEqual([]);
    world.end(1);
    expect(world.plan()).toEqual([4]);
    world.do({ type: "release", targets: one(2) });
    expect(world.plan()).toEqual([]);
    expect([world.why(2), world.why(5)]).toEqual(["waits for task 4 to end", "waits for task 2 to end"]);
    world.end(4);
    expect(world.plan()).toEqual([2]);
    cancel(world, 5);
    world.end(2);
    expect(world.plan()).toEqual([6]);
  });

  test("also those of one call, and those that are retried", () => {
    const world = new World(9);
    world.do({ type: "submit", tasks: [1, 2, 3].map(() => ({ spec: spec(), ...QUEUE })) });
    expect(world.plan()).toEqual([1]);
    world.end(1, 1);
    expect(world.plan()).toEqual([2]);
    world.do({ type: "retry", targets: one(1) });
    expect(world.plan()).toEqual([]);
    world.end(2);
    expect(world.plan()).toEqual([1]);
  });

  test("one that waits for a retry of its own is not passed by", () => {
    const world = new World(9);
    const retry = { limit: 1, delayMs: 5000, backoff: "constant", jitter: false } as const;
    queue(world, { retry });
    queue(world);
    world.plan();
    world.end(1, 1);
    expect(world.plan()).toEqual([]);
    expect(world.why(2)).toBe("waits for task 1 to end");
    expect(world.at(world.now + 5000)).toEqual(["run.admitted"]);
    world.end(1);
    expect(world.plan()).toEqual([2]);
  });

  test("one that waits for a younger one is passed by it, as they would wait for each other for ever", () => {
    const world = new World(9);
    const tasks = [
      { spec: spec(), ...QUEUE, afterRefs: [{ ref: "b", on: "any" as const }] },
      { spec: spec(), ...QUEUE, ref: "b" },
    ];
    world.do({ type: "submit", tasks });
    expect(world.plan()).toEqual([2]);
    world.end(2);
    expect(world.plan()).toEqual([1]);
  });

  test("one whose turn it is gives way to an older one that comes back", () => {
    const world = new World(1);
    world.submit(spec({ command: "other" }));
    world.plan();
    queue(world);
    queue(world);
    cancel(world, 2);
    expect(world.why(3)).toBe("waits for a slot (1 of 1 in use)");
    world.do({ type: "retry", targets: one(2) });
    expect(world.why(3)).toBe("waits for task 2 to end");
    world.end(1);
    expect(world.plan()).toEqual([2]);
    world.end(2);
    expect(world.plan()).toEqual([3]);
  });

  test("what changes its label leaves its kind", () => {
    const world = queued(2);
    world.do({ type: "change", targets: one(3), changes: { label: "x" } });
    expect(world.plan()).toEqual([3]);
    world.do({ type: "change", targets: one(1), changes: { label: "y" } });
    expect(world.plan()).toEqual([2]);
  });

  test("10,000 of a kind are no deeper than one, and each costs as little", () => {
    const world = new World(2);
    world.do({ type: "submit", tasks: Array.from({ length: 10_000 }, () => ({ spec: spec(), ...QUEUE })) });
    world.submit(spec({ command: "other", after: [{ id: 10_000, on: "any" }] }));
    expect(world.task(10_000)?.after).toBeUndefined();
    for (let id = 1; id <= 10_000; id += 1) {
      expect(world.plan()).toEqual([id]);
      world.end(id);
    }
    expect(world.plan()).toEqual([10_001]);
    world.end(10_001);
    expect([world.state.live.size, world.state.followers.command.size]).toEqual([0, 0]);
  });
});
