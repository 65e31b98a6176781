/** What the scheduler knows of calendars and time zones: a function that somebody else brings. */
import type { When } from "@claudine/protocol";

export type Calendar = {
  /** The first due time after `after`, epoch ms; null when there is none. */
  next(when: When, zone: string, after: number): number | null;
  /** A moment as the user's clocks show it, with its date unless that is the one of `now`. */
  clockText(at: number, now: number): string;
  /** The calendar day of a moment, as the user's clocks show it. */
  day(at: number): Day;
};

/** Days have names as `2026-11-22`, in the order of which they follow each other. */
export type Day = { name: string; from: number; endsAt: number };

type Next = (after: number) => number | null;

const SHORTEST_STEP_MS = 1000;

/** The last due time up to `end`; `first` is one of them. In a number of steps that grows with the logarithm of the time. */
export function lastDue(next: Next, first: number, end: number): number {
  const within = (after: number): number | undefined => {
    const due = next(after);
    return due !== null && due <= end ? due : undefined;
  };
  let [low, high] = [first, end];
  for (let step = SHORTEST_STEP_MS; end - step > low; step *= 2) {
    const due = within(end - step);
    if (due !== undefined) {
      low = due;
      break;
    }
    high = end - step;
  }
  for (;;) {
    const due = within(low);
    if (due === undefined) return low;
    const middle = Math.floor((due + high) / 2);
    const later = middle > due ? within(middle) : undefined;
    if (later === undefined) high = Math.max(due, middle);
    low = later ?? due;
  }
}

/** How many due times there are from `first` to `end`; undefined for more than `most`. */
export function countDues(
  next: Next,
  { first, end }: { first: number; end: number },
  most: number,
): number | undefined {
  let count = 1;
  for (let due = next(first); due !== null && due <= end; due = next(due)) {
    count += 1;
    if (count > most) return undefined;
  }
  return count;
}
