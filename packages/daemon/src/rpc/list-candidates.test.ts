import { expect, test } from "vitest";
import { parseSelector } from "@claudine/protocol";
import { candidates, TOP } from "./list-candidates.ts";
import { readWanted } from "./wanted.ts";

/** Tasks 1 to 20: every third has failed, 19 runs, the others are queued. */
const IDS = Array.from({ length: 20 }, (_, index) => 20 - index);
const store = {
  idsBelow: (before: number, state?: string) =>
    IDS.filter((id) => id < before && (state === undefined || (state === "failed") === (id % 3 === 0))),
};
const state = { inFlight: new Set([19]), nextId: 21 };

function asked(words: string[], before = TOP, floor = TOP): number[] {
  const wanted = readWanted(parseSelector(words));
  return [...candidates({ store, state }, { before, wanted, floor, states: new Set() })];
}

test("only what may be meant is looked at, each once, the newest first", () => {
  expect(asked(["5", "7,3"])).toEqual([7, 5, 3]);
  expect(asked(["2-10:3", "4-6", "900-1000"])).toEqual([8, 6, 5, 4, 2]);
  expect(asked(["running"])).toEqual([19]);
  expect(asked(["failed", "6", "running"])).toEqual([19, 18, 15, 12, 9, 6, 3]);
  expect(asked(["last:2", "19"], TOP, 19)).toEqual([20, 19]);
  expect(asked(["label:x", "3"])).toEqual(IDS);
});

test("the next page begins below the last one", () => {
  expect(asked(["2-10:3", "9", "failed"], 9)).toEqual([8, 6, 5, 3, 2]);
  expect(asked(["last:15"], 8, 6)).toEqual([7, 6]);
});
