import { parseSelector, type Task } from "@claudine/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { idsOfRanges, matches, readWanted } from "./wanted.ts";

const read = (...words: string[]) => readWanted(parseSelector(words));

test("says each thing once", () => {
  const wanted = read("all,all", "7,7", "last", "last:3", "failed,failed", "label:a,b", "label:a,b", "group:g");
  expect(wanted).toEqual({
    named: new Set([7]),
    last: 3,
    all: true,
    states: new Set(["failed"]),
    labels: new Set(["a,b"]),
    groups: new Set(["g"]),
    worktrees: new Set(),
    ranges: [],
  });
});

test("joined ranges hold the same ids", () => {
  const range = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 3 }))
    .map(([from, length, step]) => ({ from, to: from + length, step }));
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 20 }), (ranges) => {
      const wanted = read(...ranges.map(({ from, to, step }) => `${from}-${to}:${step}`));
      const expected = new Set<number>();
      for (const { from, to, step } of ranges) for (let id = from; id <= to; id += step) expected.add(id);
      expect(new Set(idsOfRanges(wanted, 1000))).toEqual(expected);
      const task = { status: { state: "queued" }, label: null, group: "g" } as unknown as Task;
      for (let id = 1; id < 60; id += 1) expect(matches(wanted, { ...task, id })).toBe(expected.has(id));
    }),
  );
});

test("a range ends where the ids end", () => {
  expect([...idsOfRanges(read("2-4294967295", "1-9007199254740991"), 5)]).toEqual([1, 2, 3, 4]);
});

test("bounds what cannot be joined", () => {
  const words = Array.from({ length: 101 }, (_, index) => `${index + 1}-1000000:7`);
  expect(() => read(...words)).toThrow(expect.objectContaining({ code: "limit" }));
  expect(read(...Array<string>(1000).fill("1-9:2")).ranges).toHaveLength(1);
});
