/** What becomes of due times that passed while the daemon was not there or the machine slept. */
import type { Schedule } from "@claudine/protocol";
import { countDues, lastDue } from "./calendar.ts";

/** Due times from `first` to `end`; `isNewest` when none has come after them. */
export type Missing = {
  next: (after: number) => number | null;
  first: number;
  end: number;
  isNewest: boolean;
  wall: number;
};

type Skip = { due: number; to: number; count: number | null; note: string };
/** `fire` and `fail` are about the first of them. */
export type Way = { kind: "skip"; skip: Skip } | { kind: "fire" } | { kind: "fail" };

/** So many are made up for at once, the newest. */
const CAUGHT_UP_AT_MOST = 100;
const COUNTED_AT_MOST = 1000;

export function whatWasMissed({ spec }: Schedule, missing: Missing): Way {
  const { first, end, isNewest } = missing;
  const { missed = "latest", catchupWindowMs = Number.POSITIVE_INFINITY } = spec;
  const windowStart = missing.wall - catchupWindowMs;
  switch (missed) {
    case "skip":
      return skip(missing, end, "the daemon was down or the machine slept");
    case "latest":
      if (!isNewest) return skip(missing, end, "missed, and a later one has come");
      return oneOf(missing, { kind: "fire" }, windowStart);
    case "fail":
      return oneOf(missing, { kind: "fail" }, windowStart);
    case "catchup": {
      const from = caughtUpFrom(missing, windowStart);
      if (from === first) return { kind: "fire" };
      const last = from === undefined ? end : lastDue(missing.next, first, from - 1);
      return skip(
        missing,
        last,
        windowStart > last ? TOO_LONG_AGO : `only the newest ${CAUGHT_UP_AT_MOST} are made up for`,
      );
    }
  }
}

const TOO_LONG_AGO = "missed longer ago than the catch-up window";

/** The last of them, when it is not too long ago; what was before it is skipped. */
function oneOf(missing: Missing, way: Way, windowStart: number): Way {
  const { next, first, end } = missing;
  if (end < windowStart) return skip(missing, end, TOO_LONG_AGO);
  return first === end ? way : skip(missing, lastDue(next, first, end - 1), "missed, and so was a later one");
}

/** Undefined when all of them are too long ago. */
function caughtUpFrom({ next, first, end }: Missing, windowStart: number): number | undefined {
  const from = windowStart > first ? next(windowStart - 1) : first;
  if (from === null || from > end) return undefined;
  if (countDues(next, { first: from, end }, CAUGHT_UP_AT_MOST) !== undefined) return from;
  let start = end;
  for (let count = 1; count < CAUGHT_UP_AT_MOST; count += 1) start = lastDue(next, from, start - 1);
  return start;
}

function skip({ next, first }: Missing, to: number, note: string): Way {
  const count = countDues(next, { first, end: to }, COUNTED_AT_MOST) ?? null;
  return { kind: "skip", skip: { due: first, to, count, note } };
}
