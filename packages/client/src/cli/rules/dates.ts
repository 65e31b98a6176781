/** Understands when something is to start, in words or as a date. A file of its own when built: it brings two packages. */
import { parse } from "chrono-node/en";
import { Temporal } from "temporal-polyfill";

export type Moment = { at: number; words: string } | { problem: string; hint: string };

const HINT = "Write 2026-12-01T08:00, 2026-12-01T08:00[Europe/Berlin], tomorrow 9am or wednesday 22:30";

/** @param now epoch ms, from which words count */
export function understandMoment(text: string, now: number): Moment {
  const { what, zone } = splitZone(text.trim());
  try {
    if (zone !== undefined) Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  } catch {
    return { problem: "names a time zone that there is not", hint: "Write a name as Europe/Berlin, or UTC" };
  }
  const moment = readIso(what, zone) ?? readWords(what, { zone: zone ?? Temporal.Now.timeZoneId(), now });
  if (moment === undefined) return { problem: "is not a time", hint: HINT };
  if ("problem" in moment) return moment;
  return { at: moment.epochMilliseconds, words: moment.toString({ smallestUnit: "second" }) };
}

/** The zone may stand behind words, too. */
function splitZone(text: string): { what: string; zone: string | undefined } {
  const match = /^(.*?)\s*\[([^\]]*)\]$/.exec(text);
  return { what: match?.[1] ?? text, zone: match?.[2] };
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d+)?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

type Read = Temporal.ZonedDateTime | { problem: string; hint: string } | undefined;

/** A time that does not exist, as the clock is put forward, is so much later; of one that exists twice it is the first. */
function readIso(text: string, zone: string | undefined): Read {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  try {
    if (match[1] === undefined)
      return Temporal.PlainDateTime.from(text).toZonedDateTime(zone ?? Temporal.Now.timeZoneId());
    if (zone !== undefined && !/^Z$/i.test(match[1])) return Temporal.ZonedDateTime.from(`${text}[${zone}]`);
    return Temporal.Instant.from(text).toZonedDateTimeISO(zone ?? Temporal.Now.timeZoneId());
  } catch {
    return { problem: "is not a date that exists", hint: HINT };
  }
}

/** Which of day and month comes first is another matter in each country. */
const AMBIGUOUS = /\b\d{1,2}[./]\d{1,2}\b|\d[./]\d{4}\b/;

type Place = { zone: string; now: number };

function readWords(text: string, { zone, now }: Place): Read {
  if (AMBIGUOUS.test(text)) return { problem: "could be two different days", hint: "Write the date as 2026-12-01" };
  const here = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  const reference = { instant: new Date(now), timezone: here.offsetNanoseconds / 60e9 };
  const [found, ...more] = parse(text, reference, { forwardDate: true });
  if (
    found === undefined ||
    more.length > 0 ||
    found.text.length !== text.length ||
    (found.end ?? undefined) !== undefined
  )
    return undefined;
  const { start } = found;
  if (start.isCertain("timezoneOffset"))
    return Temporal.Instant.fromEpochMilliseconds(start.date().getTime()).toZonedDateTimeISO(zone);
  const part = (name: "year" | "month" | "day" | "hour" | "minute" | "second") => start.get(name) ?? 0;
  return new Temporal.PlainDateTime(
    part("year"),
    part("month"),
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  ).toZonedDateTime(zone);
}
