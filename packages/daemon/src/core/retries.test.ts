import { expect, test } from "vitest";
import type { RetryRule } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";
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

test("runs that were lost and failures have counts of their own", () => {
  const world = new World();
  world.submit(spec({ retry: rule({ limit: 1 }), lostRetries: 1 }));
  world.plan();
  expect(world.lose(1)).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(world.end(1, 1)).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(world.lose(1)).toEqual(["run.finished"]);
  world.do({ type: "retry", targets: one(1) });
  world.plan();
  expect(world.lose(1)).toEqual(["run.finished", "task.retried"]);
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
