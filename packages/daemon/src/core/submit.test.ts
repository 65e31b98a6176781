import { describe, expect, test } from "vitest";
import type { IfRunning, TaskSpec } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";
import { decide } from "./decide.ts";
import type { Entry, Submission } from "./submit.ts";

function submitIf(world: World, ifRunning: IfRunning, change: Partial<TaskSpec> = {}) {
  return world.do({ type: "submit", tasks: [{ spec: spec(change), held: false, ifRunning }] });
}

describe("the same key", () => {
  test("gives the same task, while it waits, runs and has ended", () => {
    const world = new World();
    const again = () => world.do({ type: "submit", tasks: [{ spec: spec({ key: "a" }), held: false }] });
    expect(again()).toEqual(["task.submitted"]);
    expect(again()).toEqual([]);
    world.plan();
    expect(again()).toEqual([]);
    world.end(1);
    expect(again()).toEqual([]);
    world.do({ type: "remove", targets: one(1) });
    expect(again()).toEqual(["task.submitted"]);
  });

  test("twice in one call is one task", () => {
    const world = new World();
    world.submit(spec({ key: "a" }), spec({ key: "b" }), spec({ key: "a" }));
    expect([...world.state.live.keys()]).toEqual([1, 2]);
  });
});

describe("when one of the kind is unfinished", () => {
  test("skip takes none", () => {
    const world = new World();
    world.submit(spec({ label: "x" }));
    expect(submitIf(world, "skip", { label: "x", command: "other" })).toEqual([]);
    expect(submitIf(world, "skip", { label: "y" })).toEqual(["task.submitted"]);
    world.plan();
    world.end(1);
    expect(submitIf(world, "skip", { label: "x" })).toEqual(["task.submitted"]);
  });

  test("queue starts after all there are, one after the other", () => {
    const world = new World(9);
    world.submit(spec(), spec());
    world.plan();
    submitIf(world, "queue");
    submitIf(world, "queue");
    expect(world.plan()).toEqual([]);
    world.end(1, 1);
    expect(world.plan()).toEqual([]);
    world.end(2);
    expect(world.plan()).toEqual([3]);
    world.end(3);
    expect(world.plan()).toEqual([4]);
  });

  test("replace ends what runs, takes out what waits, and starts when they have ended", () => {
    const world = new World(1);
    world.submit(spec(), spec());
    world.plan();
    expect(submitIf(world, "replace")).toEqual(["run.stopping", "task.cancelled", "task.submitted"]);
    expect(world.plan()).toEqual([]);
    world.end(1, 143);
    expect(world.task(1)?.status).toMatchObject({ state: "cancelled", note: "replaced" });
    expect(world.plan()).toEqual([3]);
  });
});

describe("a batch", () => {
  const batch = (maxFails: number, count = 6) => {
    const world = new World(2);
    const tasks = Array.from({ length: count }, () => ({ spec: spec(), held: false }));
    world.do({ type: "submit", tasks, maxFails });
    world.plan();
    return world;
  };

  test("is given up when more have failed than may", () => {
    const world = batch(1);
    world.end(1, 1);
    expect(world.plan()).toEqual([3]);
    world.end(2, 1);
    world.plan();
    world.end(3, 143);
    expect([...world.state.live.keys()]).toEqual([]);
    expect([3, 4, 5, 6].map((id) => world.task(id)?.status.state)).toEqual(Array(4).fill("cancelled"));
    expect(world.task(6)?.status).toMatchObject({ note: "more than 1 of its batch failed" });
  });

  test("counts what failed before a restart, and others do not count", () => {
    const world = batch(1);
    world.submit(spec());
    world.end(1, 1);
    world.plan();
    world.state.batches.failures.clear();
    world.end(2, 0);
    world.plan();
    expect(world.task(6)?.status.state).toBe("queued");
    world.end(3, 1);
    world.plan();
    expect(world.task(6)?.status.state).toBe("cancelled");
    expect(world.task(7)?.status.state).toBe("running");
  });

  test("a failure that is followed by a retry is none", () => {
    const world = new World(1);
    const retry = { limit: 1, delayMs: 0, backoff: "constant", jitter: false } as const;
    world.do({
      type: "submit",
      tasks: [spec({ retry }), spec()].map((each) => ({ spec: each, held: false })),
      maxFails: 0,
    });
    world.plan();
    world.end(1, 1);
    world.plan();
    expect(world.task(2)?.status.state).not.toBe("cancelled");
  });

  test("a paused run is continued before it is ended", () => {
    const world = batch(0, 2);
    world.do({ type: "pause", targets: one(2) });
    world.end(1, 1);
    expect(world.at(world.now)).toEqual(["run.resumed", "run.stopping"]);
  });
});

describe("what could never be kept", () => {
  test.each<[Partial<TaskSpec>, string]>([
    [{ needs: { slots: 3 } }, "it takes 3 slots, and group default has 2"],
    [{ group: "big", needs: { slots: 5 } }, "it takes 5 slots, and group big has 4"],
    [{ group: "huge", needs: { slots: 7 } }, "it takes 7 slots, and all groups together have 6"],
    [{ limits: { timeoutMs: 7_200_000 } }, "its timeout is 2h00m, and at most 1h00m are allowed"],
    [{ needs: { claims: { gpu: 2 } } }, "it claims 2 gpu, and there are 1"],
  ])("%j is refused", (change, message) => {
    const world = new World(2, { resources: { gpu: 1 }, maxTimeoutMs: 3_600_000, totalSlots: 6 });
    world.do({ type: "set-group", name: "big", slots: 4 });
    world.do({ type: "set-group", name: "huge", slots: 9 });
    expect(() => world.submit(spec(), spec(change))).toThrow(`Cannot submit: ${message}`);
    expect(world.state.live.size).toBe(0);
  });

  test("slots that follow the machine have no end that could be passed", () => {
    const world = new World(2, { slotsFollow: true });
    world.submit(spec({ needs: { slots: 9 } }));
    expect(world.plan()).toEqual([1]);
  });

  test("where there is a longest timeout every task has one, also when its own is taken away", () => {
    const world = new World(2, { maxTimeoutMs: 1000 });
    world.submit(spec({ notBefore: 1e9 }), spec({ notBefore: 1e9, limits: { timeoutMs: 5, graceMs: 1 } }));
    world.do({ type: "change", targets: one(2), changes: { limits: { timeoutMs: null } } });
    expect([1, 2].map((id) => world.task(id)?.limits)).toEqual([{ timeoutMs: 1000 }, { timeoutMs: 1000, graceMs: 1 }]);
  });
});

test("a key whose task cannot be read is refused, as it may have run; that of a task just removed is free", () => {
  const world = new World();
  world.submit(spec({ key: "nightly", uid: "a" }));
  world.plan();
  world.end(1);
  const again = { type: "submit", tasks: [{ spec: spec({ key: "nightly", uid: "b" }), held: false }] } as const;
  const types = world
    .turn((turn) => {
      turn.decide({ type: "remove", targets: one(1) });
      turn.decide(again);
    })
    .map(({ type }) => type);
  expect(types).toEqual(["task.removed", "task.submitted"]);
  world.plan();
  world.end(2);
  const keyed = () => 2;
  expect(() => decide({ ...world.facts(), keyed, lookup: () => undefined, isUnreadable: () => true }, again)).toThrow(
    "Cannot submit: the key nightly is that of task 2, which cannot be read",
  );
});

test("one that is queued behind others waits for all of them, also those that were submitted without", () => {
  const world = new World(3);
  world.submit(spec(), spec(), spec());
  submitIf(world, "queue");
  submitIf(world, "queue");
  world.plan();
  for (const id of [3, 1]) world.end(id);
  expect(world.plan()).toEqual([]);
  world.end(2);
  expect(world.plan()).toEqual([4]);
});

describe("what is given back", () => {
  const REPLACE = { held: false, ifRunning: "replace" } as const;
  const taken = (world: World, ...tasks: Submission[]) => {
    let entries: readonly Entry[] = [];
    world.turn((turn) => {
      ({ entries } = turn.decide({ type: "submit", tasks }));
    });
    return entries.map(({ id, isNew }) => [id, isNew]);
  };

  test("is known when it is decided: by its key, or as the oldest of its kind", () => {
    const world = new World();
    world.submit(spec({ uid: "a", key: "k" }), spec({ label: "x" }), spec({ label: "x" }));
    const key = { spec: spec({ key: "k" }), held: false };
    const fresh = { spec: spec({ key: "fresh" }), held: false };
    const skip = { spec: spec({ label: "x" }), held: false, ifRunning: "skip" } as const;
    expect(taken(world, skip, key, fresh, fresh)).toEqual([
      [2, false],
      [1, false],
      [4, true],
      [4, false],
    ]);
  });

  test("several that replace the same do so once, and do not replace each other", () => {
    const world = new World(9);
    world.submit(spec(), spec({ notBefore: 1e9 }));
    world.plan();
    const both = [spec(), spec()].map((each) => ({ spec: each, ...REPLACE }));
    expect(world.do({ type: "submit", tasks: both })).toEqual([
      "run.stopping",
      "task.cancelled",
      "task.submitted",
      "task.submitted",
    ]);
    world.end(1, 143);
    expect(world.plan()).toEqual([3, 4]);
  });

  test("one that is replaced while its timeout ends it does not come back by its retries", () => {
    const world = new World(9);
    const retry = { limit: 3, delayMs: 0, backoff: "constant", jitter: false } as const;
    world.submit(spec({ retry, limits: { timeoutMs: 1000 } }));
    world.plan();
    world.started(1);
    expect(world.at(world.now + 1000)).toContain("run.stopping");
    submitIf(world, "replace");
    world.end(1, 143);
    expect(world.task(1)?.status).toMatchObject({ state: "cancelled", note: "replaced" });
    expect(world.plan()).toEqual([2]);
  });
});

test("the failures of a large batch are not counted anew at each of them", () => {
  const world = new World(100);
  const tasks = Array.from({ length: 100 }, () => ({ spec: spec(), held: false }));
  world.do({ type: "submit", tasks, maxFails: 60 });
  world.plan();
  world.end(1, 1);
  world.plan();
  let lookups = 0;
  const { finished } = world;
  const get = finished.get.bind(finished);
  finished.get = (id) => {
    lookups += 1;
    return get(id);
  };
  for (let id = 2; id <= 50; id += 1) {
    world.end(id, 1);
    world.plan();
  }
  expect(lookups).toBeLessThan(500);
  world.do({ type: "retry", targets: { named: [1, 2], matched: [] } });
  for (let id = 51; id <= 62; id += 1) world.end(id, 1);
  expect(world.at(world.now)).toHaveLength(2);
  world.end(63, 1);
  expect(world.at(world.now)).toContain("run.stopping");
});
