import fc from "fast-check";
import { expect, test } from "vitest";
import { keptBytes, NO_GAPS } from "./gaps.ts";
import { gapsFor, isOverLimit, type OutputLimit } from "./limit.ts";

const middle: OutputLimit = { maxBytes: 100, whenFull: "truncate-middle" };

test("head and tail are kept, and the other stream whole while it needs little", () => {
  expect(gapsFor({ stdout: 1000, stderr: 10 }, NO_GAPS, middle)).toEqual({
    stdout: { from: 45, to: 955 },
    stderr: undefined,
  });
});

test("both over the limit have half of it each", () => {
  expect(gapsFor({ stdout: 1000, stderr: 500 }, NO_GAPS, middle)).toEqual({
    stdout: { from: 25, to: 975 },
    stderr: { from: 25, to: 475 },
  });
});

test("stop-keeping keeps the head", () => {
  const gaps = gapsFor({ stdout: 1000, stderr: 0 }, NO_GAPS, { ...middle, whenFull: "stop-keeping" });
  expect(gaps.stdout).toEqual({ from: 100, to: 1000 });
});

const size = fc.integer({ min: 0, max: 10_000 });
const steps = fc.array(fc.record({ stdout: size, stderr: size }), { minLength: 1, maxLength: 20 });
const limits = fc.record({
  maxBytes: fc.integer({ min: 1, max: 5000 }),
  whenFull: fc.constantFrom("truncate-middle" as const, "stop-keeping" as const, "kill" as const),
});

test("however streams grow, gaps only grow and no more than the limit is kept", () => {
  fc.assert(
    fc.property(steps, limits, (growth, limit) => {
      let sizes = { stdout: 0, stderr: 0 };
      let gaps = NO_GAPS;
      for (const { stdout, stderr } of growth) {
        sizes = { stdout: sizes.stdout + stdout, stderr: sizes.stderr + stderr };
        if (!isOverLimit(sizes, gaps, limit)) continue;
        const next = gapsFor(sizes, gaps, limit);
        for (const stream of ["stdout", "stderr"] as const) {
          expect(next[stream]?.from ?? 0).toBeLessThanOrEqual(gaps[stream]?.from ?? Number.POSITIVE_INFINITY);
          expect(next[stream]?.to ?? 0).toBeGreaterThanOrEqual(gaps[stream]?.to ?? 0);
        }
        gaps = next;
        const kept = keptBytes(sizes.stdout, gaps.stdout) + keptBytes(sizes.stderr, gaps.stderr);
        expect(kept).toBeLessThanOrEqual(limit.maxBytes);
      }
    }),
  );
});
