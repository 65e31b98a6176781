/** Which days a cron expression names: read once, and asked of each day of a search. */
import type { ParsedFields } from "node-cron";
import { daysInMonth, weekdayOf, type CalendarDay } from "./local-time.ts";

/** `number` counts the days from 1970-01-01. */
export type IsDay = (date: CalendarDay, number: number) => boolean;

export function daysOf({ dayOfMonth, dayOfWeek }: ParsedFields, either: boolean): IsDay {
  const [byMonth, byWeek] = [ofMonth(dayOfMonth), ofWeek(dayOfWeek)];
  return either
    ? (date, number) => byMonth(date, number) || byWeek(date, number)
    : (date, number) => byMonth(date, number) && byWeek(date, number);
}

function ofMonth(values: readonly (number | string)[]): IsDay {
  const days = values.filter((value) => typeof value === "number");
  const others = values.flatMap((value) => (typeof value === "string" ? specialDay(value) : []));
  return (date, number) => days.includes(date.day) || others.some((isDay) => isDay(date, number));
}

/** `L` the last, `L-3` three before it, `15W` the weekday nearest to the 15th, `LW` the last weekday. */
function specialDay(value: string): IsDay {
  const before = /^L(?:-(\d+))?$/.exec(value);
  if (before !== null) {
    const back = Number(before[1] ?? 0);
    return ({ year, month, day }) => day === daysInMonth(year, month) - back;
  }
  const near = /^(\d+|L)W$/.exec(value)?.[1];
  if (near === undefined) return () => false;
  return ({ year, month, day }, number) => {
    const last = daysInMonth(year, month);
    const wanted = near === "L" ? last : Number(near);
    return wanted <= last && day === nearestWeekday(number - day, wanted, last);
  };
}

/** Never in another month; `before` is the day before the first. */
function nearestWeekday(before: number, wanted: number, last: number): number {
  const weekday = weekdayOf(before + wanted);
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === last ? last - 2 : wanted + 1;
  return wanted;
}

function ofWeek(values: readonly (number | string)[]): IsDay {
  const days = values.filter((value) => typeof value === "number").map((value) => value % 7);
  const others = values.flatMap((value) => (typeof value === "string" ? specialWeekday(value) : []));
  return (date, number) => days.includes(weekdayOf(number)) || others.some((isDay) => isDay(date, number));
}

/** `1#2` the second Monday, `5L` the last Friday. */
function specialWeekday(value: string): IsDay {
  const [, wanted = "", how = "", nth = ""] = /^(\d)(?:(L)|#(\d))?$/.exec(value) ?? [];
  if (wanted === "") return () => false;
  return ({ year, month, day }, number) => {
    if (weekdayOf(number) !== Number(wanted) % 7) return false;
    if (how === "L") return day + 7 > daysInMonth(year, month);
    return nth === "" || Math.ceil(day / 7) === Number(nth);
  };
}
