import { afterAll, beforeAll, expect, test } from "vitest";
import { understandMoment } from "./dates.ts";

/** A Wednesday, 21:00 in Berlin. */
const NOW = Date.parse("2026-11-25T20:00:00Z");
const zoneBefore = process.env["TZ"];
beforeAll(() => {
  process.env["TZ"] = "Europe/Berlin";
});
afterAll(() => {
  if (zoneBefore === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zoneBefore;
});

test.each([
  ["2026-12-01T08:00+01:00", "2026-12-01T07:00:00Z"],
  ["2026-12-01T08:00Z", "2026-12-01T08:00:00Z"],
  ["2026-12-01T08:00:30.5Z", "2026-12-01T08:00:30.500Z"],
  ["2026-12-01T08:00", "2026-12-01T07:00:00Z"],
  ["2026-12-01 08:00", "2026-12-01T07:00:00Z"],
  ["2026-12-01", "2026-11-30T23:00:00Z"],
  ["2026-12-01T08:00[Europe/Berlin]", "2026-12-01T07:00:00Z"],
  ["2026-12-01T08:00[America/New_York]", "2026-12-01T13:00:00Z"],
  ["2026-12-01T08:00+01:00[Europe/Berlin]", "2026-12-01T07:00:00Z"],
  ["2026-12-01T08:00Z[America/New_York]", "2026-12-01T08:00:00Z"],
  ["tomorrow 9am", "2026-11-26T08:00:00Z"],
  ["Tomorrow at 9am", "2026-11-26T08:00:00Z"],
  ["tomorrow 9am [America/New_York]", "2026-11-26T14:00:00Z"],
  ["wednesday 22:30", "2026-11-25T21:30:00Z"],
  ["wednesday 20:30", "2026-12-02T19:30:00Z"],
  ["friday", "2026-11-27T11:00:00Z"],
  ["22:30", "2026-11-25T21:30:00Z"],
  ["9am UTC", "2026-11-26T09:00:00Z"],
  ["noon", "2026-11-26T11:00:00Z"],
  ["dec 1 8am", "2026-12-01T07:00:00Z"],
  ["in 3 hours", "2026-11-25T23:00:00Z"],
  ["yesterday 9am", "2026-11-24T08:00:00Z"],
])("%s is %s", (text, expected) => {
  expect(understandMoment(text, NOW)).toMatchObject({ at: Date.parse(expected) });
});

test.each([
  // The clock goes from 2:00 to 3:00.
  ["2027-03-28T02:30[Europe/Berlin]", "2027-03-28T03:30:00+02:00[Europe/Berlin]"],
  // It shows 2:30 twice.
  ["2027-10-31T02:30[Europe/Berlin]", "2027-10-31T02:30:00+02:00[Europe/Berlin]"],
  ["2027-10-31T02:30+01:00[Europe/Berlin]", "2027-10-31T02:30:00+01:00[Europe/Berlin]"],
  ["march 28 2027 2:30am", "2027-03-28T03:30:00+02:00[Europe/Berlin]"],
])("%s, when the clock is changed, is %s", (text, words) => {
  expect(understandMoment(text, NOW)).toMatchObject({ words });
});

test.each([
  ["soon", "is not a time"],
  ["", "is not a time"],
  ["foo tomorrow bar", "is not a time"],
  ["monday and tuesday", "is not a time"],
  ["monday 9:00 - 10:00", "is not a time"],
  ["25:00", "is not a time"],
  ["2026-02-31", "is not a date that exists"],
  ["2026-13-01T00:00Z", "is not a date that exists"],
  ["2026-12-01T08:00+05:00[Europe/Berlin]", "is not a date that exists"],
  ["2026-12-01T08:00[Europe/Berln]", "names a time zone that there is not"],
  ["1.12.2026 08:00", "could be two different days"],
  ["12/1", "could be two different days"],
])("%s is refused: it %s", (text, problem) => {
  expect(understandMoment(text, NOW)).toMatchObject({ problem });
});
