import { parseSelector } from "@claudine/protocol/selector";
import { expect, test } from "vitest";
import { selectorWords } from "./selector-words.ts";

test("names ids in a row as ranges", () => {
  expect(selectorWords([7])).toEqual(["7"]);
  expect(selectorWords([3, 1, 2, 9, 5, 6])).toEqual(["1-3,5-6,9"]);
});

test("however many they are, a selector has room for them", () => {
  const ids = Array.from({ length: 30_000 }, (_, index) => 1_000_000_000 + 2 * index);
  const words = selectorWords(ids);
  expect(words.length).toBeLessThan(10_000);
  expect(Math.max(...words.map((word) => word.length))).toBeLessThan(4096);
  expect(words.reduce((sum, word) => sum + word.length, 0)).toBeLessThan(1_000_000);
  expect(parseSelector(words).map((term) => term.kind === "ids" && term.from)).toEqual(ids);
});
