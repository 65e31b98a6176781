import { describe, expect, test } from "vitest";
import type { RetryRule } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";
import { wakeAt } from "./plan.ts";
import { delayOf } from "./retries.ts";

const rule = (change: Partial<RetryRule> = {}): RetryRule => ({
  limit: 2,
  delayMs: 0,
  backoff: "constant",
  jitter: false,
  ...change,
});

function failing(retry: RetryRule): World {
  const world = new World();
  world.submit(spec({ retry }));
  world.plan();
  return world;
}

test("a failed run is followed by others up to the limit, and one that succeeds by none", () => {
  const world = failing(rule());
  for (const attempt of [2, 3]) {
    expect(world.end(1, 1)).toEqual(["run.finished", "task.retried"]);
    expect(world.plan()).toEqual([1]);
    expect(world.task(1)?.attempt).toBe(attempt);
  }
  expect(world.end(1, 1)).toEqual(["run.finished"]);
  expect(world.task(1)?.status.state).toBe("failed");
});

test("who is retried by hand has all retries again", () => {
  const world = failing(rule({ limit: 1 }));
  world.end(1, 1);
  world.plan();
  world.end(1, 1);
  world.do({ type: "retry", targets: one(1) });
  world.plan();
  expect(world.end(1, 1)).toEqual(["run.finished", "task.retried"]);
});

test("only the exit codes that were named lead to another run", () => {
  const world = failing(
    rule({
      onExit: [
        { from: 75, to: 75 },
        { from: 1, to: 3 },
      ],
    }),
  );
  expect(world.end(1, 2)).toContain("task.retried");
  world.plan();
  expect(world.end(1, 4)).toEqual(["run.finished"]);
});

test("a run that was killed is not followed by another", () => {
  const world = failing(rule());
  world.do({ type: "stop", targets: one(1), cause: "kill", signal: "SIGTERM", graceMs: 5, note: null });
  expect(world.end(1, 1)).toEqual(["run.finished"]);
});

test("the delay is kept, and is no one else's", () => {
  const world = failing(rule({ delayMs: 5000 }));
  world.end(1, 1);
  expect(world.plan()).toEqual([]);
  expect(world.why(1)).toBe("starts in 5.0s");
  expect(world.at(6000)).toEqual(["run.admitted"]);
});

test.for([
  [rule({ delayMs: 1000 }), [1000, 1000, 1000]],
  [rule({ delayMs: 1000, backoff: "exponential" }), [1000, 2000, 4000]],
  [rule({ delayMs: 1000, backoff: "exponential", maxDelayMs: 3000 }), [1000, 2000, 3000]],
] as const)("delays %#", ([retry, delays]) => {
  expect([1, 2, 3].map((runs) => delayOf(retry, { runs, seed: "x" }))).toEqual(delays);
});

test("jitter takes away at most half, and always the same", () => {
  const retry = rule({ delayMs: 1000, jitter: true });
  const delays = Array.from({ length: 100 }, (_, n) => delayOf(retry, { runs: 1, seed: `uid.${n}` }));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
  expect(new Set(delays).size).toBeGreaterThan(50);
  expect(delayOf(retry, { runs: 1, seed: "uid.7" })).toBe(delays[7]);
});

test("a retry after very many runs is put off for long, and not for ever", () => {
  expect(
    Number.isSafeInteger(delayOf(rule({ delayMs: 1000, backoff: "exponential" }), { runs: 1000, seed: "x" })),
  ).toBe(true);
});

test.each([
  ["set back by a day", -86_400_000, 6000],
  ["set forward by a day, or the machine asleep for one", 86_400_000, 1001],
])("a wall clock that is %s holds no retry up", (_, jumpMs, startsAt) => {
  const world = failing(rule({ delayMs: 5000 }));
  world.end(1, 1);
  expect(world.plan()).toEqual([]);
  world.now = 1001;
  world.setWall(jumpMs);
  expect(wakeAt(world.state, world.facts())).toBeLessThanOrEqual(6000);
  if (startsAt > 1001) expect(world.at(startsAt - 1)).toEqual([]);
  expect(world.at(startsAt)).toEqual(["run.admitted"]);
});

test("a delay that somebody changes is over when he says, and not before", () => {
  const world = failing(rule({ delayMs: 5000 }));
  world.end(1, 1);
  world.do({ type: "change", targets: one(1), changes: { notBefore: 9000 } });
  expect(world.at(6000)).toEqual([]);
  expect(world.at(9000)).toEqual(["run.admitted"]);
});

describe("runs that are lost, and runs that fail, have counts of their own", () => {
  const lose = (world: World) => world.end(1, { kind: "lost", why: "vanished" });
  const begin = (limit: number, lostRetries: number) => {
    const world = new World();
    world.submit(spec({ retry: rule({ limit }), lostRetries }));
    world.plan();
    return world;
  };
  const again = (world: World, ends: string[]) => {
    expect(ends).toEqual(["run.finished", "task.retried"]);
    world.plan();
  };

  test("one that was retried often is queued again when it is lost", () => {
    const world = begin(3, 1);
    for (let failed = 0; failed < 3; failed += 1) again(world, world.end(1, 1));
    again(world, lose(world));
    expect(lose(world)).toEqual(["run.finished"]);
    expect(world.task(1)).toMatchObject({ attempt: 5, status: { state: "lost" } });
  });

  test("one that was lost often is retried when it fails", () => {
    const world = begin(1, 3);
    for (let lost = 0; lost < 3; lost += 1) again(world, lose(world));
    again(world, world.end(1, 1));
    expect(world.end(1, 1)).toEqual(["run.finished"]);
  });

  test("who retries it by hand gives both anew", () => {
    const world = begin(0, 1);
    again(world, lose(world));
    expect(lose(world)).toEqual(["run.finished"]);
    world.do({ type: "retry", targets: one(1) });
    world.plan();
    again(world, lose(world));
    expect(lose(world)).toEqual(["run.finished"]);
  });
});
