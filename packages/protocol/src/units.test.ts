import { expect, test } from "vitest";
import { formatTokens, parseTokens } from "./units.ts";

test.for([
  ["250000", 250_000, "250K"],
  ["800k", 800_000, "800K"],
  ["5M", 5_000_000, "5.0M"],
  ["1.1 M", 1_100_000, "1.1M"],
  ["20M", 20_000_000, "20M"],
  ["2G", 2_000_000_000, "2.0G"],
  ["7", 7, "7"],
] as const)("%s tokens", ([text, tokens, words]) => {
  expect(parseTokens(text)).toBe(tokens);
  expect(formatTokens(tokens)).toBe(words);
});

test.for(["", "1.5", "-1", "5MB", "many", "1e6", "0x10", "99999999999999999999G"])("%j is refused", (text) => {
  expect(() => parseTokens(text)).toThrow(/is no number of tokens|is too much/);
});
