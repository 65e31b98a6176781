/** When a limit resets, from what tools and providers write about it. */
import type { Clock } from "../adapter.ts";
import { DAY_MS, epochOf, isZone, utcMs, wallTime, type WallTime } from "./wall-clock.ts";

/** Longer ahead is a mistake: the longest limits are of a month. */
const MAX_AHEAD_MS = 62 * DAY_MS;
/** The times told are rounded down to a minute or an hour: one that has just passed is not tomorrow's. */
const JUST_PASSED_MS = 10 * 60_000;
/** All texts that matter are short, and patterns should not walk through long ones. */
const MAX_TEXT_CHARS = 4000;

/** Epoch milliseconds; to the minute where the text says no more. Undefined when the text says nothing. */
export function resetTime(text: string, clock: Clock): number | undefined {
  const start = text.slice(0, MAX_TEXT_CHARS);
  for (const read of [epochSuffix, isoTime, duration, monthDay, slashDate, timeOfDay]) {
    const at = read(start, clock);
    if (at !== undefined && at < clock.nowMs + MAX_AHEAD_MS && at > clock.nowMs - DAY_MS) return Math.round(at);
  }
  return undefined;
}

/** Seconds since 1970, or milliseconds when it can only be those. */
export function epochMs(number: number | undefined): number | undefined {
  return number === undefined || number < 1e9 ? undefined : number < 1e11 ? number * 1000 : number;
}

/** A Retry-After header: seconds or an HTTP date. */
export function retryAfter(header: string, { nowMs }: Clock): number | undefined {
  const seconds = /^\s*(\d{1,8}(?:\.\d+)?)\s*$/.exec(header)?.[1];
  if (seconds !== undefined) return Math.round(nowMs + Number(seconds) * 1000);
  const date = /(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT/.exec(header);
  const month = monthOf(date?.[2]);
  if (date === null || month === undefined) return undefined;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((group) => Number(date[group]));
  return utcMs({ year: year ?? 0, month, day: day ?? 1, hour: hour ?? 0, minute: minute ?? 0 }) + (second ?? 0) * 1000;
}

/** `usage limit reached|1735689600` */
function epochSuffix(text: string): number | undefined {
  const digits = /\|(\d{10}|\d{13})\b/.exec(text)?.[1];
  return digits === undefined ? undefined : epochMs(Number(digits));
}

function isoTime(text: string): number | undefined {
  const match = /\b(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})/.exec(
    text,
  );
  if (match === null) return undefined;
  const [year, month, day, hour, minute] = [1, 2, 3, 4, 5].map((group) => Number(match[group]));
  const time = { year: year ?? 0, month: month ?? 1, day: day ?? 1, hour: hour ?? 0, minute: minute ?? 0 };
  const zone = /([+-])(\d{2}):?(\d{2})/.exec(match[7] ?? "");
  const offset = zone === null ? 0 : (Number(zone[2]) * 60 + Number(zone[3])) * 60_000 * (zone[1] === "-" ? -1 : 1);
  return utcMs(time) + Number(match[6] ?? 0) * 1000 - offset;
}

const UNIT_MS: Readonly<Record<string, number>> = { d: DAY_MS, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** `try again in 5 days 22 hours 11 minutes`, `retry in 17h32m4.5s`, `reset after 2h 3m`, `in 850ms` */
function duration(text: string, { nowMs }: Clock): number | undefined {
  const part = String.raw`\d+(?:\.\d+)?\s*(?:milliseconds?|ms|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b`;
  const joined = String.raw`\d+(?:\.\d+)?(?:ms|d|h|m|s)`;
  const pattern = new RegExp(String.raw`\b(?:in|after)\s+((?:(?:${part}|${joined})(?:\s*,\s*|\s+and\s+|\s*))+)`, "i");
  const said = pattern.exec(text)?.[1];
  if (said === undefined) return /\bin less than a minute\b/i.test(text) ? nowMs + 60_000 : undefined;
  const parts = [...said.matchAll(/(\d+(?:\.\d+)?)\s*(ms|millis|d|h|m|s)/gi)];
  const unit = (name: string) => UNIT_MS[name.toLowerCase() === "millis" ? "ms" : name.toLowerCase()] ?? 0;
  return parts.reduce((sum, [, number, name]) => sum + Number(number) * unit(name ?? ""), nowMs);
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

function monthOf(name: string | undefined): number | undefined {
  const index = MONTHS.indexOf((name ?? "").slice(0, 3).toLowerCase());
  return index === -1 ? undefined : index + 1;
}

/** `Apr 23 at 4pm`, `Apr 23, 4:30pm (America/Recife)`, `Jul 5th, 2026 8:19 PM` */
function monthDay(text: string, clock: Clock): number | undefined {
  const pattern =
    /\b([A-Z][a-z]{2,8})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?(?:,| at|, at)? (\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b/i;
  const match = pattern.exec(text);
  const month = monthOf(match?.[1]);
  if (match === null || month === undefined) return undefined;
  const zone = zoneIn(text, clock);
  const now = wallTime(clock.nowMs, zone);
  const clockTime = { hour: hourOf(match[4], match[6]), minute: Number(match[5] ?? 0) };
  const at = (year: number) => epochOf({ year, month, day: Number(match[2]), ...clockTime }, zone);
  if (match[3] !== undefined) return at(Number(match[3]));
  return at(now.year) < clock.nowMs - 180 * DAY_MS ? at(now.year + 1) : at(now.year);
}

/** `when your monthly cycle ends on 11/17/2025` */
function slashDate(text: string, clock: Clock): number | undefined {
  const match = /\bon (\d{1,2})\/(\d{1,2})\/(\d{4})\b/.exec(text);
  if (match === null) return undefined;
  const [month, day, year] = [1, 2, 3].map((group) => Number(match[group]));
  return epochOf({ year: year ?? 0, month: month ?? 1, day: day ?? 1, hour: 0, minute: 0 }, clock.zone);
}

/** `resets 2pm (Europe/Berlin)`, `reset at 9:30 AM`, `try again at 10:34 PM`, `resets 14:00`: the next such time. */
function timeOfDay(text: string, clock: Clock): number | undefined {
  const half = /\b(?:resets?|again)(?: at| by)? (\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b/i.exec(text);
  const full = /\b(?:resets?|again)(?: at| by)? (\d{1,2}):(\d{2})\b/i.exec(text);
  const match = half ?? full;
  if (match === null || Number(match[1]) > 24 || Number(match[2] ?? 0) > 59) return undefined;
  const zone = zoneIn(text, clock);
  const time = { hour: hourOf(match[1], half?.[3]), minute: Number(match[2] ?? 0) };
  return next(time, { ...clock, zone });
}

function next(time: Pick<WallTime, "hour" | "minute">, { nowMs, zone }: Clock): number {
  const today = epochOf({ ...wallTime(nowMs, zone), ...time }, zone);
  if (today > nowMs - JUST_PASSED_MS) return today;
  return epochOf({ ...wallTime(nowMs + DAY_MS, zone), ...time }, zone);
}

function hourOf(hour: string | undefined, half: string | undefined): number {
  if (half === undefined) return Number(hour) % 24;
  return (Number(hour) % 12) + (half.toLowerCase() === "p" ? 12 : 0);
}

function zoneIn(text: string, { zone }: Clock): string {
  const named = /\(([A-Z][A-Za-z]*(?:[/_+-][A-Za-z0-9_+-]+)*)\)|\b(UTC|GMT)\b/.exec(text);
  const name = named?.[1] ?? (named?.[2] === undefined ? undefined : "UTC");
  return name !== undefined && isZone(name) ? name : zone;
}
