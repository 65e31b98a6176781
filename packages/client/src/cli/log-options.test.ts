import { expect, test } from "vitest";
import { sinceTime, sinkOptions } from "./log-options.ts";

const NOW = new Date(2026, 10, 21, 17, 30).getTime();
const since = (word: string) => sinceTime({ args: [], rest: [], flags: { since: word } }, "since", NOW);

test.for([
  ["10m", NOW - 600_000],
  ["10m ago", NOW - 600_000],
  ["1h30m", NOW - 5_400_000],
  ["17:00", new Date(2026, 10, 21, 17).getTime()],
  ["17:31", new Date(2026, 10, 20, 17, 31).getTime()],
  ["2026-11-21T08:15:30", new Date(2026, 10, 21, 8, 15, 30).getTime()],
  ["2026-11-21T08:15:30Z", Date.UTC(2026, 10, 21, 8, 15, 30)],
] as const)("--since %s", ([word, at]) => {
  expect(since(word)).toBe(at);
});

test("what is no time, and what is no pattern, is refused with a hint", () => {
  expect(() => since("soon")).toThrow("--since soon: that is no time");
  expect(() => sinkOptions({ args: [], rest: [], flags: { grep: "(" } })).toThrow("--grep: Invalid regular expression");
});
