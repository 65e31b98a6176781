/** Cron expressions: node-cron reads them; what they mean for a local time, and what is wrong with one, is said here. */
import { ClaudineError } from "@claudine/protocol";
import { validateDetailed, type ParsedFields } from "node-cron";
import { DAY_MS, dayOf, daysInMonth, weekdayOf } from "./local-time.ts";

export type CronFields = ParsedFields & {
  /** Both days are named: either will do, as in every crontab. */
  anyDay: boolean;
};

const FIELDS = [
  { key: "second", name: "second", least: 0, most: 59 },
  { key: "minute", name: "minute", least: 0, most: 59 },
  { key: "hour", name: "hour", least: 0, most: 23 },
  { key: "dayOfMonth", name: "day of month", least: 1, most: 31 },
  { key: "month", name: "month", least: 1, most: 12 },
  { key: "dayOfWeek", name: "day of week", least: 0, most: 7 },
] as const;

const SHOWN = 80;
const HINT =
  "Write minute, hour, day of month, month and day of week as in 0 2 * * 1-5, seconds before them if wanted; or @hourly, @daily, @weekly, @monthly, @yearly";

/** @throws ClaudineError invalid_params, which names the field */
export function parseCron(expression: string): CronFields {
  const { fields, errors } = validateDetailed(expression);
  if (fields === undefined) throw refuse(expression, errors[0] ?? { field: "", message: "it is not understood" });
  const words = expression.trim().split(/\s+/);
  const [dayOfMonth = "*", , dayOfWeek = "*"] = words.slice(words.length === 6 ? 3 : 2);
  const anyDay =
    words.length > 1 && isNamed(dayOfMonth, fields.dayOfMonth, 31) && isNamed(dayOfWeek, fields.dayOfWeek, 7);
  return { ...fields, anyDay };
}

function isNamed(word: string, values: readonly (number | string)[], all: number): boolean {
  return !/^[*?]/.test(word) && values.filter((value) => typeof value === "number").length < all;
}

type CronProblem = { field: string; value?: string; message: string };

function refuse(expression: string, problem: CronProblem): ClaudineError {
  const shown = expression.slice(0, SHOWN);
  return new ClaudineError("invalid_params", `Cannot read the cron expression "${shown}": ${whyOf(problem)}`, {
    hint: HINT,
  });
}

function whyOf({ field, value = "", message }: CronProblem): string {
  const row = FIELDS.find(({ key }) => key === field);
  if (row === undefined) return expressionWhy(value, message);
  if (/impossible/.test(message)) return `${row.name}: ${value} does not exist in the month`;
  for (const part of value.split(",")) {
    const why = partWhy(part.trim(), row);
    if (why !== undefined) return `${row.name}: ${why}`;
  }
  return `${row.name}: "${value.slice(0, SHOWN)}" is not understood`;
}

function expressionWhy(value: string, message: string): string {
  if (value.trim().startsWith("@")) return `"${value.slice(0, SHOWN)}" is none of the words`;
  return /expected/.test(message)
    ? message.replace("expected", "there are to be").replace("but got", "and are")
    : message;
}

/** Undefined when nothing is wrong with this part. */
function partWhy(part: string, { key, least, most }: (typeof FIELDS)[number]): string | undefined {
  if (part === "") return "there is nothing between two commas";
  for (const number of part.replace(/[/#].*$/, "").match(/\d+/g) ?? []) {
    if (Number(number) > most) return `${number} is above ${most}`;
    if (Number(number) < least) return `${number} is below ${least}`;
  }
  if (/\/0*$/.test(part)) return `${part} has no step`;
  if (/^\d+\/\d+$/.test(part)) return `${part} steps from one value; write ${part.replace("/", `-${most}/`)}`;
  if (/#/.test(part) && key === "dayOfWeek") return `${part} is to be a day and one of #1 to #5`;
  if (/^(\d+|\*|\d+-\d+)(\/\d+)?$/.test(part)) return undefined;
  return key === "month" || key === "dayOfWeek" || key === "dayOfMonth" || /[^\d*/-]/.test(part)
    ? `"${part.slice(0, SHOWN)}" is not understood`
    : undefined;
}

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
    const time = isDay(fields, number) ? timeFrom(fields, from) : undefined;
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

function isDay({ dayOfMonth, dayOfWeek, anyDay }: CronFields, number: number): boolean {
  const byMonth = dayOfMonth.some((value) => isDayOfMonth(value, number));
  const byWeek = dayOfWeek.some((value) => isDayOfWeek(value, number));
  return anyDay ? byMonth || byWeek : byMonth && byWeek;
}

/** `15`, `L` the last, `L-3` three before it, `15W` the weekday nearest to the 15th, `LW` the last weekday. */
function isDayOfMonth(value: number | string, number: number): boolean {
  const { year, month, day } = dayOf(number);
  if (typeof value === "number") return day === value;
  const last = daysInMonth(year, month);
  const before = /^L-(\d+)$/.exec(value);
  if (value === "L" || before !== null) return day === last - Number(before?.[1] ?? 0);
  const near = /^(\d+|L)W$/.exec(value)?.[1];
  if (near === undefined) return false;
  const wanted = near === "L" ? last : Number(near);
  return wanted <= last && day === nearestWeekday(number - day, wanted, last);
}

/** Never in another month; `before` is the day before the first. */
function nearestWeekday(before: number, wanted: number, last: number): number {
  const weekday = weekdayOf(before + wanted);
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === last ? last - 2 : wanted + 1;
  return wanted;
}

/** `1`, `1#2` the second Monday, `5L` the last Friday. */
function isDayOfWeek(value: number | string, number: number): boolean {
  const [, wanted = "", how = "", nth = ""] = /^(\d)(?:(L)|#(\d))?$/.exec(String(value)) ?? [];
  if (wanted === "" || weekdayOf(number) !== Number(wanted) % 7) return false;
  const { year, month, day } = dayOf(number);
  if (how === "L") return day + 7 > daysInMonth(year, month);
  return nth === "" || Math.ceil(day / 7) === Number(nth);
}
