import { expect, test } from "vitest";
import { ended, makeTask, NOW, running } from "../testing/make-task.ts";
import { Seen, type SeenState } from "./seen.ts";

const HOUR_MS = 3_600_000;
const failed = (id: number, agoMs: number) => makeTask(id, ended("failed", agoMs));

test("what failed is news until it was looked at; a day old is old on the first day", () => {
  const seen = new Seen(NOW);
  expect(seen.has(failed(1, HOUR_MS))).toBe(false);
  expect(seen.has(failed(2, 25 * HOUR_MS))).toBe(true);
  expect(seen.has(makeTask(3, running(1)))).toBe(true);
  seen.add([failed(1, HOUR_MS)]);
  expect(seen.has(failed(1, HOUR_MS))).toBe(true);
  expect(seen.has({ ...failed(1, HOUR_MS), attempt: 2 })).toBe(false);
});

test("is kept for the next screen", () => {
  let kept: SeenState | undefined;
  const port = { load: () => kept, save: (state: SeenState) => void (kept = state) };
  new Seen(NOW, port).add([failed(1, 5)]);
  expect(new Seen(NOW + HOUR_MS, port).has(failed(1, 5))).toBe(true);
  expect(new Seen(NOW + HOUR_MS, port).has(failed(2, 5))).toBe(false);
  new Seen(NOW, port).addAll(NOW);
  expect(new Seen(NOW + HOUR_MS, port).has(failed(2, 5))).toBe(true);
});
