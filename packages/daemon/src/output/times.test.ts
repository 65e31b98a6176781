import { expect, test } from "vitest";
import { marksOf, offsetSince, offsetUntil, type Timeline } from "./times.ts";

const line: Timeline = {
  sightings: [
    { at: 1000, stdout: 10, stderr: 0 },
    { at: 2000, stdout: 10, stderr: 5 },
    { at: 3000, stdout: 30, stderr: 5 },
  ],
  stream: "stdout",
  size: 40,
  endAt: 4000,
};

test("since leaves out only what was surely written before", () => {
  const offsets = [0, 999, 1000, 2500, 3000, 4000, 4001].map((at) => offsetSince(line, at));
  expect(offsets).toEqual([0, 0, 10, 10, 30, 30, 40]);
});

test("until leaves out only what was surely written after", () => {
  const offsets = [0, 1000, 1001, 3000, 3001, 4000].map((at) => offsetUntil(line, at));
  expect(offsets).toEqual([10, 10, 10, 30, 40, 40]);
});

test("each byte has the time at which it was first seen", () => {
  expect(marksOf(line, { from: 0, to: 40 })).toEqual([
    { to: 10, at: 1000 },
    { to: 30, at: 3000 },
    { to: 40, at: 4000 },
  ]);
  expect(marksOf(line, { from: 12, to: 20 })).toEqual([{ to: 30, at: 3000 }]);
  expect(marksOf({ ...line, stream: "stderr", size: 5 }, { from: 0, to: 5 })).toEqual([{ to: 5, at: 2000 }]);
  expect(marksOf(line, { from: 40, to: 40 })).toEqual([]);
});

test("a run that nobody looked at wrote everything until its end", () => {
  const unseen = { ...line, sightings: [] };
  expect(marksOf(unseen, { from: 0, to: 40 })).toEqual([{ to: 40, at: 4000 }]);
  expect(offsetSince(unseen, 3999)).toBe(0);
  expect(offsetUntil(unseen, 10)).toBe(40);
});
