import { expect, test, vi } from "vitest";
import { compactHeap, createRest, heapBytes } from "./rest.ts";

const MB = 2 ** 20;

function restOf(start: { unfinished: number; heap: number }) {
  const now = { ...start, compacted: 0 };
  const rest = createRest({
    unfinished: () => now.unfinished,
    heapBytes: () => now.heap,
    compact() {
      now.compacted += 1;
      now.heap = 10 * MB;
    },
    afterMs: 100,
  });
  return { now, rest };
}

test("memory is given back once nothing has happened for a while, and again when it has grown", () => {
  vi.useFakeTimers();
  const { now, rest } = restOf({ unfinished: 0, heap: 18 * MB });
  vi.advanceTimersByTime(99);
  rest.disturb();
  vi.advanceTimersByTime(99);
  expect(now.compacted).toBe(0);
  vi.advanceTimersByTime(1);
  expect(now.compacted).toBe(1);
  now.heap = 11 * MB;
  rest.disturb();
  vi.advanceTimersByTime(100);
  expect(now.compacted).toBe(1);
  now.heap = 30 * MB;
  rest.disturb();
  vi.advanceTimersByTime(100);
  expect(now.compacted).toBe(2);
  rest.close();
  vi.useRealTimers();
});

test("a daemon with very many unfinished tasks is not held up for it", () => {
  vi.useFakeTimers();
  const { now, rest } = restOf({ unfinished: 100_000, heap: 200 * MB });
  vi.advanceTimersByTime(100);
  expect(now.compacted).toBe(0);
  rest.close();
  vi.useRealTimers();
});

test("the heap gets smaller", () => {
  let garbage: unknown = Array.from({ length: 500_000 }, (_, index) => ({ index }));
  expect(garbage).toBeDefined();
  garbage = undefined;
  const before = heapBytes();
  compactHeap();
  expect(heapBytes()).toBeLessThan(before);
});
