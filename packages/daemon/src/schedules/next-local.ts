/** The next local time that a cron expression names. */
import type { CronFields } from "./cron.ts";
import { DAY_MS, dayOf, daysInMonth } from "./local-time.ts";

/** Leap days on one weekday are up to 40 years apart. */
const YEARS_AHEAD = 100;

/** The first matching local time after `after`; both counted as if they were UTC. Null when there is none. */
export function nextLocal(fields: CronFields, after: number): number | null {
  const first = Math.floor(after / 1000) * 1000 + 1000;
  let number = Math.floor(first / DAY_MS);
  const lastNumber = number + YEARS_AHEAD * 366;
  for (let from = first - number * DAY_MS; number <= lastNumber; from = 0) {
    const date = dayOf(number);
    if (!fields.month.includes(date.month)) {
      number += daysInMonth(date.year, date.month) - date.day + 1;
      continue;
    }
    const time = fields.isDay(date, number) ? timeFrom(fields, from) : undefined;
    if (time !== undefined) return number * DAY_MS + time;
    number += 1;
  }
  return null;
}

/** The first matching time of day that is not before `from`, in ms. */
function timeFrom({ hour, minute, second }: CronFields, from: number): number | undefined {
  const seconds = Math.floor(from / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const at = (atHour: number, atMinute: number, atSecond: number) => ((atHour * 60 + atMinute) * 60 + atSecond) * 1000;
  const [firstMinute = 0, firstSecond = 0] = [least(minute, 0), least(second, 0)];
  if (hour.includes(h)) {
    const inMinute = minute.includes(m) ? least(second, s) : undefined;
    if (inMinute !== undefined) return at(h, m, inMinute);
    const inHour = least(minute, m + 1);
    if (inHour !== undefined) return at(h, inHour, firstSecond);
  }
  const inDay = least(hour, h + 1);
  return inDay === undefined ? undefined : at(inDay, firstMinute, firstSecond);
}

function least(values: readonly number[], from: number): number | undefined {
  return values.reduce<number | undefined>(
    (best, value) => (value >= from && (best === undefined || value < best) ? value : best),
    undefined,
  );
}
