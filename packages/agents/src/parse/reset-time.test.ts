/** Reset times, as tools and providers have been seen to write them. */
import { expect, test } from "vitest";
import { resetTime, retryAfter } from "./reset-time.ts";
import { epochOf, utcMs, wallTime } from "./wall-clock.ts";

const utc = (text: string) => Date.parse(text);
/** 20:34:44 in Berlin. */
const clock = { nowMs: utc("2026-11-21T19:34:44Z"), zone: "Europe/Berlin" };

test.each([
  ["Claude AI usage limit reached|1795300000", "2026-11-21T22:26:40Z"],
  ["You've hit your session limit · resets 10:34pm (Europe/Berlin)", "2026-11-21T21:34:00Z"],
  ["You've hit your limit · resets 2am (Asia/Dhaka)", "2026-11-21T20:00:00Z"],
  ["Claude usage limit reached. Your limit will reset at 9am (America/Chicago).", "2026-11-22T15:00:00Z"],
  ["You've hit your limit · resets Nov 23 at 4pm (America/Recife)", "2026-11-23T19:00:00Z"],
  ["You've hit your weekly limit · resets Nov 27, 12am (Europe/Berlin)", "2026-11-26T23:00:00Z"],
  ["You've hit your weekly limit · resets Jan 3, 2027, 4:30pm (UTC)", "2027-01-03T16:30:00Z"],
  ["Limits will reset at 9:30 AM. View your usage details.", "2026-11-22T08:30:00Z"],
  ["Usage limit reached, resets 14:00", "2026-11-22T13:00:00Z"],
  ["You’ve hit your usage limit. Upgrade to Pro or try again at 10:34 PM.", "2026-11-21T21:34:00Z"],
  ["You've hit your usage limit. Upgrade, or try again at Dec 5th, 2026 8:19 PM.", "2026-12-05T19:19:00Z"],
  ["You've hit your usage limit. Upgrade to Pro or try again in 5 days 22 hours 11 minutes.", "2026-11-27T17:45:44Z"],
  ["Try again in 3h 12m", "2026-11-21T22:46:44Z"],
  ["try again in less than a minute", "2026-11-21T19:35:44Z"],
  ["Rate limit reached. Please try again in 1.5s. Visit us", "2026-11-21T19:34:45.5Z"],
  ["Please try again in 6m0s.", "2026-11-21T19:40:44Z"],
  ["Please try again in 250ms.", "2026-11-21T19:34:44.25Z"],
  ["Your quota will reset after 17h32m4s.", "2026-11-22T13:06:48Z"],
  ["Please retry in 59.8s.", "2026-11-21T19:35:43.8Z"],
  ["quota resets at 2026-11-22T06:00:00Z", "2026-11-22T06:00:00Z"],
  ["quota resets at 2026-11-22T06:00:00.250+02:00", "2026-11-22T04:00:00Z"],
  ["Your usage limits will reset when your monthly cycle ends on 12/17/2026.", "2026-12-16T23:00:00Z"],
])("%s", (text, expected) => {
  expect(new Date(resetTime(text, clock) ?? 0).toISOString()).toBe(new Date(expected).toISOString());
});

test.each([
  "API Error: Request rejected (429) · Please try again later.",
  "try again in a moment",
  "resets 2pm on a day that is not named, in 99999999 days",
  "limit|12345",
  "resets May 5, 2031, 4pm",
  "",
])("no time in %j, or none that can be", (text) => {
  const at = resetTime(text, clock);
  expect(at === undefined || at < clock.nowMs + 62 * 86_400_000).toBe(true);
});

test.each(["resets 99:99", "resets 25:00", "resets 12:60 pm"])("%s is no time of day", (text) => {
  expect(resetTime(text, clock)).toBeUndefined();
});

test("a time that has just passed is not tomorrow's: it was rounded down", () => {
  expect(resetTime("resets 8:30pm", clock)).toBe(utc("2026-11-21T19:30:00Z"));
  expect(resetTime("resets 8:20pm", clock)).toBe(utc("2026-11-22T19:20:00Z"));
});

test("a zone that is not known is the user's own", () => {
  expect(resetTime("resets 11pm (Mars/Olympus)", clock)).toBe(utc("2026-11-21T22:00:00Z"));
  expect(resetTime("resets 11pm", { ...clock, zone: "nonsense" })).toBe(utc("2026-11-21T23:00:00Z"));
});

test.each([
  ["120", "2026-11-21T19:36:44Z"],
  ["Sat, 21 Nov 2026 20:00:05 GMT", "2026-11-21T20:00:05Z"],
])("Retry-After: %s", (header, expected) => {
  expect(retryAfter(header, clock)).toBe(utc(expected));
});

test("Retry-After: nonsense", () => {
  expect(retryAfter("soon", clock)).toBeUndefined();
});

test("wall clocks agree with the platform's, leap years and changes of the clocks included", () => {
  for (const day of ["2024-02-29", "2026-03-29", "2026-10-25", "2000-12-31", "1999-01-01"]) {
    const at = utc(`${day}T12:34:00Z`);
    expect(utcMs({ ...wallTime(at, "UTC") })).toBe(at);
    for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"]) {
      expect(epochOf(wallTime(at, zone), zone)).toBe(at);
    }
  }
});
