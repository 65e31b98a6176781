import { expect, test } from "vitest";
import { pastTime } from "./past-time.ts";

const NOW = new Date(2026, 10, 21, 12, 30).getTime();
const local = (...[day, hours, minutes, seconds = 0]: readonly number[]) =>
  new Date(2026, 10, day, hours, minutes, seconds).getTime();

test.for([
  ["03:10", local(21, 3, 10)],
  ["12:30", local(21, 12, 30)],
  ["12:31", local(20, 12, 31)],
  ["23:59:58", local(20, 23, 59, 58)],
  ["30m", local(21, 12, 0)],
  ["-1h30m", local(21, 11, 0)],
  ["2d ago", local(19, 12, 30)],
  ["2026-11-20T08:00", local(20, 8, 0)],
  ["2026-11-20 08:00", local(20, 8, 0)],
  ["now", NOW],
] as const)("%s is in the past", ([text, at]) => {
  expect(pastTime("at", text, NOW)).toBe(at);
});

test.for(["25:00", "12:61", "soon", "", "2026-13-40", "\u001b[2J"])("%j is no time", (text) => {
  expect(() => pastTime("at", text, NOW)).toThrow(/is not a time/);
});

test("what has not been yet cannot be shown", () => {
  expect(() => pastTime("replay", "2026-11-22T08:00", NOW)).toThrow(/has not been yet/);
});
