import { expect, test } from "vitest";
import { mergeDescending } from "./descending.ts";

test("joins lists, also empty ones", () => {
  expect([...mergeDescending([[9, 4, 1], [], [7, 5]])]).toEqual([9, 7, 5, 4, 1]);
  expect([...mergeDescending([])]).toEqual([]);
});

test("closes every list when the reader has enough", () => {
  const closed: string[] = [];
  const list = function* (name: string, ids: number[]) {
    try {
      yield* ids;
    } finally {
      closed.push(name);
    }
  };
  for (const id of mergeDescending([list("a", [9, 3]), list("b", [5, 2])])) if (id === 5) break;
  expect(closed).toEqual(["a", "b"]);
});
