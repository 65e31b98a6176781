import { execFileSync } from "node:child_process";
import { Cron } from "croner";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { schedule, scheduled, type Rules } from "../core/schedule-fixtures.ts";
import { createCalendar, dayIn, whyNotUnderstood } from "./calendar.ts";
import { parseCron } from "./cron.ts";
import { createZones } from "./zones.ts";

const zones = createZones();
const calendar = createCalendar(zones);

/** All due times of a stretch, without its start. */
function dues(expression: string, zone: string, [from, to]: readonly [string, string]): number[] {
  const found: number[] = [];
  const end = Date.parse(to);
  let at = calendar.next({ kind: "cron", expression }, zone, Date.parse(from));
  for (; at !== null && at <= end; at = calendar.next({ kind: "cron", expression }, zone, at)) found.push(at);
  return found;
}

function texts(times: readonly number[]): string[] {
  return times.map((at) => new Date(at).toISOString());
}

/**
 * The same by croner and Temporal: croner says in UTC what local times match, and Temporal when clocks show them; when
 * they never do, the moment at which they are put forward past it.
 */
function expected(expression: string, zone: string, [from, to]: readonly [string, string]): number[] {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const job = new Cron(expression, { timezone: "UTC", paused: true });
  const found = new Set<number>();
  const day = 86_400_000;
  for (let local = job.nextRun(new Date(start - 2 * day)); local !== null; local = job.nextRun(local)) {
    if (local.getTime() > end + 2 * day) break;
    const at = momentOf(zone, local);
    if (at > start && at <= end) found.add(at);
  }
  return [...found].toSorted((a, b) => a - b);
}

function momentOf(zone: string, local: Date): number {
  const plain = Temporal.PlainDateTime.from(local.toISOString().slice(0, 19));
  const early = plain.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (early.toPlainDateTime().equals(plain)) return early.epochMilliseconds;
  return early.getTimeZoneTransition("next")?.epochMilliseconds ?? Number.NaN;
}

const EXPRESSIONS = [
  "30 2 * * *",
  "0 0 * * *",
  "15 0,2,3 * * *",
  "*/30 0-4 * * *",
  "*/20 2 * * *",
  "59 23 * * *",
  "5 1 * * 0",
  "0 2 L * *",
  "0 3 15W * *",
  "30 2 * * SUN#2",
  "0 12 * * 5L",
  "0 9 1 */2 *",
  "0 8 13 * FRI",
  "7 2-4 25-31 MAR,OCT *",
];
/** Zones with what is special of them, and years in which that was so. */
const PLACES = [
  ["Europe/Berlin", "2026-01-01", "2027-01-01"],
  ["Europe/Berlin", "1980-01-01", "1981-01-01"],
  ["Europe/London", "1971-01-01", "1973-01-01"],
  ["America/New_York", "2025-06-01", "2026-12-31"],
  ["America/New_York", "2006-01-01", "2007-12-31"],
  // Half an hour.
  ["Australia/Lord_Howe", "2026-01-01", "2027-06-01"],
  // At midnight, so that a day began at 1:00.
  ["America/Sao_Paulo", "2017-06-01", "2019-06-01"],
  ["Asia/Beirut", "2022-01-01", "2023-12-31"],
  // A day that there was not.
  ["Pacific/Apia", "2011-06-01", "2012-06-01"],
  ["Pacific/Kwajalein", "1993-06-01", "1994-01-01"],
  // Back for a month, and one minute past midnight.
  ["Africa/Casablanca", "2026-01-01", "2026-12-31"],
  ["America/St_Johns", "2008-01-01", "2009-12-31"],
  ["Asia/Kathmandu", "1985-06-01", "1986-06-01"],
  ["UTC", "2024-01-01", "2025-01-01"],
] as const;

test.each(PLACES)("%s from %s to %s is as croner and Temporal have it", (zone, from, to) => {
  for (const expression of EXPRESSIONS) {
    const stretch = [`${from}T00:00:00Z`, `${to}T00:00:00Z`] as const;
    expect([expression, texts(dues(expression, zone, stretch))]).toEqual([
      expression,
      texts(expected(expression, zone, stretch)),
    ]);
  }
});

test("a time that clocks show twice runs once also for what runs all day, and one in a gap right after it", () => {
  for (const stretch of [
    ["2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"],
    ["2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z"],
  ] as const) {
    const found = dues("*/15 * * * *", "Europe/Berlin", stretch);
    expect(texts(found)).toEqual(texts(expected("*/15 * * * *", "Europe/Berlin", stretch)));
    expect(found.length).toBe(stretch[0].includes("-10-") ? 36 : 40);
  }
});

test.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"])(
  "a time of day in %s is as croner alone has it, changes of the clock included",
  (zone) => {
    for (const expression of ["30 2 * * *", "0 0 * * *", "15 1 * * *", "10 2 * * 0", "0 3 L * *"]) {
      const job = new Cron(expression, { timezone: zone, paused: true });
      let at = Date.parse("2015-01-01T00:00:00Z");
      for (let count = 0; count < 1500; count += 1) {
        const next = calendar.next({ kind: "cron", expression }, zone, at);
        expect([expression, at, next]).toEqual([expression, at, job.nextRun(new Date(at))?.getTime() ?? null]);
        at = next ?? at;
      }
    }
  },
);

const systemd = hasSystemdAnalyze();
test.skipIf(!systemd)("daily times are as systemd-analyze has them where clocks are not changed", () => {
  const base = "2026-06-01T00:00:00Z";
  for (const [expression, on] of [
    ["30 2 * * *", "*-*-* 02:30:00"],
    ["0 9 * * 1-5", "Mon..Fri *-*-* 09:00:00"],
    ["*/20 8-10 * * *", "*-*-* 08..10:00/20:00"],
    ["15 4 1,15 * *", "*-*-01,15 04:15:00"],
  ] as const)
    for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
      expect([on, texts(nextOf(expression, zone, base))]).toEqual([on, bySystemd(`${on} ${zone}`, base)]);
});

function nextOf(expression: string, zone: string, base: string): number[] {
  const found: number[] = [];
  let at: number | null = Date.parse(base);
  while (at !== null && found.length < 10) {
    at = calendar.next({ kind: "cron", expression }, zone, at);
    if (at !== null) found.push(at);
  }
  return found;
}

function bySystemd(on: string, base: string): string[] {
  const words = ["calendar", "--iterations=10", `--base-time=${base.replace("T", " ").replace("Z", " UTC")}`, on];
  const text = execFileSync("systemd-analyze", words, {
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC", LC_ALL: "C" },
  });
  return [...text.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+) (\S+) UTC/g)].map(
    ([, day, time]) => `${day}T${time}.000Z`,
  );
}

function hasSystemdAnalyze(): boolean {
  try {
    execFileSync("systemd-analyze", ["calendar", "*-*-* 02:30:00 Europe/Berlin"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test.each([
  ["30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00.000Z"], // 2:30 is not: 3:00
  ["30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00.000Z"], // twice: the first
  ["30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00.000Z"], // and not again
  ["10 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00.000Z"],
  ["0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00.000Z"],
])("%s in %s after %s is %s", (...[expression, zone, after, at]) => {
  const next = calendar.next({ kind: "cron", expression }, zone, Date.parse(after));
  expect(next === null ? null : new Date(next).toISOString()).toBe(at);
});

test.each([
  ["0 25 * * *", "hour: 25 is above 23"],
  ["60 * * * *", "minute: 60 is above 59"],
  ["0 0 0 * *", "day of month: 0 is below 1"],
  ["0 0 1 13 *", "month: 13 is above 12"],
  ["0 0 * foo *", 'month: "foo" is not understood'],
  ["0 0 * * 8", "day of week: 8 is above 7"],
  ["0 0 * * 1#6", "day of week: 1#6 is to be a day and one of #1 to #5"],
  ["10/5 * * * *", "minute: 10/5 steps from one value; write 10-59/5"],
  ["*/0 * * * *", "minute: */0 has no step"],
  ["1,,2 * * * *", "minute: there is nothing between two commas"],
  ["99 0 0 * * *", "second: 99 is above 59"],
  ["0 0 30 2 *", "day of month: 30 does not exist in the month"],
  ["1-9999999 * * * *", "minute: 9999999 is above 59"],
  ["*/30 0 0 1-99999999 * *", "day of month: 99999999 is above 31"],
  ["0 0 * * 5%", "there are characters that mean nothing in it"],
  ["", "there are to be 5 or 6 fields and are 0"],
  ["1-9999999", "there are to be 5 or 6 fields and are 1"],
  ["* * * *", "there are to be 5 or 6 fields and are 4"],
  ["@reboot", '"@reboot" is none of the words'],
])("%s is refused: %s", (expression, why) => {
  expect(() => parseCron(expression)).toThrow(`Cannot read the cron expression "${expression}": ${why}`);
});

test("words, names, seconds and both days are as in a crontab", () => {
  const year = ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"] as const;
  expect(dues("@daily", "UTC", year)).toEqual(dues("0 0 * * *", "UTC", year));
  expect(dues("0 0 * jan-mar mon", "UTC", year)).toEqual(dues("0 0 * 1-3 1", "UTC", year));
  expect(dues("30 5 4 * * 7", "UTC", year).length).toBe(52);
  expect(dues("*/1000 007 * * *", "UTC", year)).toEqual(dues("0 7 * * *", "UTC", year));
  // The 13th, and every Friday.
  expect(dues("0 0 13 * 5", "UTC", year).length).toBe(12 + 53 - 3);
  // A field that begins with a star names no day.
  expect(dues("0 0 */2 * 5", "UTC", year).length).toBeLessThan(52);
});

test("an expression that no day fits has no next time", () => {
  expect(calendar.next({ kind: "cron", expression: "0 0 L-30 2 *" }, "UTC", 0)).toBeNull();
});

test("an interval counts from its own moment, whenever it is asked", () => {
  const when = { kind: "every", everyMs: 900_000, from: 1_000_000 } as const;
  expect(calendar.next(when, "UTC", 0)).toBe(1_900_000);
  expect(calendar.next(when, "UTC", 1_900_000)).toBe(2_800_000);
  expect(calendar.next(when, "UTC", 5_000_000)).toBe(5_500_000);
});

test.for<{ what: string; rules: Rules; why: string | undefined }>([
  { what: "as it was added", rules: { when: { kind: "cron", expression: "30 2 L * MON#2" } }, why: undefined },
  {
    what: "a damaged expression",
    rules: { when: { kind: "cron", expression: "30 2 L * OON#2" } },
    why: 'Cannot read the cron expression "30 2 L * OON#2": day of week: OON#2 is to be a day and one of #1 to #5',
  },
  {
    what: "a zone that is unknown here",
    rules: { zone: "Europe/Atlantis" },
    why: 'There is no time zone "Europe/Atlantis"',
  },
  { what: "a time of no calendar", rules: { when: { kind: "at", at: 8.64e15 + 1 } }, why: "Invalid time value" },
])("what is stored of a schedule is understood, or it is said why not: $what", ({ rules, why }) => {
  const { spec, ...rest } = schedule(scheduled());
  const stored = { ...rest, spec: { ...spec, ...rules, task: spec.task } };
  expect(whyNotUnderstood(stored, { calendar, zones })).toBe(why);
});

test.for([
  ["Europe/Berlin", "2026-03-28T00:00:00Z"],
  ["Europe/Berlin", "2026-10-24T00:00:00Z"],
  // Its clocks were put forward from midnight on, and back over it.
  ["America/Sao_Paulo", "2018-11-03T00:00:00Z"],
  ["America/Sao_Paulo", "2018-02-16T00:00:00Z"],
  ["Pacific/Apia", "2011-12-29T00:00:00Z"],
  ["Asia/Kathmandu", "2026-06-01T00:00:00Z"],
] as const)("days of %s from %s follow each other, and every moment is in one", ([zone, from]) => {
  for (let at = Date.parse(from); at < Date.parse(from) + 3 * 86_400_000; at += 900_000) {
    const { name, from: start, endsAt } = dayIn(zones, zone, at);
    expect(start).toBeLessThanOrEqual(at);
    expect(endsAt).toBeGreaterThan(at);
    expect(endsAt - at).toBeLessThanOrEqual(90_000_000);
    expect(zones.text(zone, at)).toContain(name);
    expect(dayIn(zones, zone, start).name).toBe(name);
    expect(dayIn(zones, zone, endsAt - 1).name).toBe(name);
    expect(dayIn(zones, zone, endsAt).name > name).toBe(true);
  }
});
