import fc from "fast-check";
import { expect, test } from "vitest";
import { one, spec, World } from "./fixtures.ts";
import type { Settings } from "./settings.ts";

const MIB = 2 ** 20;
const LOOK_MS = 5000;
type Action = Settings["pressure"]["action"];

function worldWith(action: Action, count: number, slots = 9): World {
  const world = new World(slots, { pressure: { action, memoryBytes: 100 * MIB, stallPercent: 50 } });
  world.now = 1_000_000;
  free(world, 8000);
  world.submit(...Array.from({ length: count }, () => spec({ retry: RETRY })));
  for (const id of world.plan()) {
    world.now += 1;
    world.started(id);
  }
  return world;
}

const RETRY = { limit: 1, delayMs: 0, backoff: "constant", jitter: false } as const;

function free(world: World, mib: number, stall = 0): void {
  world.host = { cores: 64, busyCpus: 0, memoryFreeBytes: mib * MIB, memoryPressure: stall, load: null };
}

/** Looks once; gives what was done and to whom. */
function look(world: World): string[] {
  const { length } = world.events;
  world.at(world.now + LOOK_MS);
  return world.events.slice(length).map((event) => `${event.type}${"id" in event ? ` ${event.id}` : ""}`);
}

const stateOf = (world: World, id: number) => world.task(id)?.status.state;

test("nothing is done unless it is configured", () => {
  const world = worldWith("off", 3);
  free(world, 1);
  expect(look(world)).toEqual([]);
});

test("the lowest priority gives way first, then the youngest, one at a look, and one always runs", () => {
  const world = worldWith("pause", 3);
  free(world, 90);
  expect(look(world)).toEqual(["run.paused 3"]);
  expect(world.at(world.now)).toEqual([]);
  expect(world.why(3)).toBe("paused, as memory was critically short: 90M free; goes on by itself");
  expect(look(world)).toEqual(["run.paused 2"]);
  expect(look(world)).toEqual([]);
  expect(stateOf(world, 1)).toBe("running");
});

test("nobody gives way in the place of one that is just being started", () => {
  const world = worldWith("pause", 1);
  free(world, 90);
  world.submit(spec());
  world.plan();
  expect(stateOf(world, 1)).toBe("running");
  world.started(2);
  expect(world.at(world.now)).toEqual(["run.paused"]);
  expect(stateOf(world, 2)).toBe("paused");
});

test("a low priority goes before a young one, and stalls count like lack", () => {
  const world = new World(9, { pressure: { action: "pause", memoryBytes: MIB, stallPercent: 50 } });
  free(world, 8000);
  world.submit(spec({ priority: -1 }), spec({ priority: 2 }));
  for (const id of world.plan()) world.started(id);
  free(world, 8000, 60);
  expect(look(world)).toEqual([`run.paused ${[1, 2].find((id) => world.task(id)?.priority === -1)}`]);
  expect(world.why(1)).toContain("memory was critically short: waited for in 60% of the time");
});

test("what was paused goes on by itself, the oldest first, when there is room for a while; nothing new starts before", () => {
  const world = worldWith("pause", 3, 4);
  free(world, 90);
  look(world);
  look(world);
  world.submit(spec());
  expect(world.plan()).toEqual([]);
  expect(world.why(4)).toBe("waits for the machine: task 2 was paused for lack of memory and goes on first");
  free(world, 150);
  for (let round = 0; round < 10; round += 1) expect(look(world)).toEqual([]);
  free(world, 300);
  expect([look(world), look(world), look(world)]).toEqual([[], [], ["run.resumed 2"]]);
  expect(look(world)).toEqual(["run.resumed 3", "run.admitted 4"]);
});

test("the last one that runs is followed at once by one that was paused, short or not", () => {
  const world = worldWith("pause", 2);
  free(world, 1);
  expect(look(world)).toEqual(["run.paused 2"]);
  world.end(1);
  world.plan();
  expect(stateOf(world, 2)).toBe("running");
});

test("it does not go to and fro: each time it was too early the wait is twice as long", () => {
  const world = worldWith("pause", 2);
  const pauses: number[] = [];
  // There is room exactly while one is paused.
  for (let round = 0; round < 720; round += 1) {
    free(world, stateOf(world, 2) === "paused" ? 300 : 50);
    for (const step of look(world)) if (step === "run.paused 2") pauses.push(world.now);
  }
  const gaps = pauses.slice(1).map((at, index) => at - (pauses[index] ?? 0));
  expect(pauses.length).toBeLessThan(15);
  expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
});

test("a person who pauses it keeps it, and who resumes it has it back", () => {
  const world = worldWith("pause", 3);
  free(world, 90);
  look(world);
  world.do({ type: "pause", targets: one(3) });
  expect(world.why(3)).toBeNull();
  free(world, 8000);
  for (let round = 0; round < 5; round += 1) expect(look(world)).toEqual([]);
  expect(world.do({ type: "resume", targets: one(3) })).toEqual(["run.resumed"]);
});

test("one that is ended is queued again, uses up no retry, and stays away longer each time", () => {
  const world = worldWith("requeue", 2);
  for (const away of [30_000, 60_000]) {
    free(world, 90);
    expect(look(world)).toEqual(["run.stopping 2"]);
    expect(look(world)).toEqual(["run.escalated 2"]);
    expect(world.end(2, 143)).toEqual(["run.finished", "task.retried"]);
    free(world, 8000);
    expect(world.why(2)).toMatch(/^starts in .*, as its run was ended to free memory$/);
    world.now += away - 1;
    expect(world.plan()).toEqual([]);
    world.now += 1;
    expect(world.plan()).toEqual([2]);
    world.started(2);
    world.now += LOOK_MS;
  }
  expect(world.end(2, 1)).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(world.end(2, 1)).toEqual(["run.finished"]);
});

test("who cancels what is being ended for memory cancels it", () => {
  const world = worldWith("requeue", 2);
  free(world, 90);
  look(world);
  world.do({ type: "stop", targets: one(2), cause: "cancel", signal: "SIGTERM", note: null });
  expect(world.end(2, 143)).toEqual(["run.finished"]);
  expect(stateOf(world, 2)).toBe("cancelled");
});

const course = fc.array(
  fc.record({ mib: fc.constantFrom(10, 150, 8000), stall: fc.constantFrom(0, 30, 90), end: fc.nat(9) }),
  { maxLength: 60 },
);

test("whatever the machine does, one task always runs, steps are apart, and all come to their end", () => {
  fc.assert(
    fc.property(fc.constantFrom<Action>("pause", "requeue"), course, (action, moments) => {
      const world = worldWith(action, 6, 4);
      for (const { mib, stall, end } of moments) {
        free(world, mib, stall);
        expect(look(world).filter((step) => /paused|stopping/.test(step)).length).toBeLessThanOrEqual(1);
        for (const id of world.state.inFlight) world.started(id);
        const { inFlight, paused } = world.state;
        if (inFlight.size > 0) expect(inFlight.size - paused.size).toBeGreaterThan(0);
        if (stateOf(world, end) === "running") world.end(end);
        world.plan();
        expect(world.at(world.now)).toEqual([]);
      }
      free(world, 8000);
      for (let round = 0; round < 1000 && world.state.live.size > 0; round += 1) {
        look(world);
        for (const id of world.state.inFlight) if (stateOf(world, id) === "running") world.end(id);
      }
      expect(world.state.live.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});
