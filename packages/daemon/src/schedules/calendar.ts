/** When a schedule is due next: cron expressions, intervals and single times. */
import type { Schedule, When } from "@claudine/protocol";
import type { Calendar, Day } from "../core/calendar.ts";
import { parseCron, type CronFields } from "./cron.ts";
import { DAY_MS } from "./local-time.ts";
import { nextLocal } from "./next-local.ts";
import type { Zones } from "./zones.ts";

/** The expressions of that many schedules, each in its zone. */
const KEPT = 20_000;

/** No due time lies between the two; it is asked for again and again while a schedule is taken in, stored and shown. */
type Known = { fields: CronFields; after: number; next: number | null };

export function createCalendar(zones: Zones): Calendar {
  const known = new Map<string, Known>();

  const nextCron = (expression: string, zone: string, after: number): number | null => {
    const key = `${zone} ${expression}`;
    const found = known.get(key);
    if (found !== undefined && after >= found.after && (found.next === null || after < found.next)) return found.next;
    const fields = found?.fields ?? parseCron(expression);
    const next = search(fields, { zones, zone, after });
    if (found === undefined && known.size >= KEPT) known.clear();
    known.set(key, { fields, after, next });
    return next;
  };
  return {
    clockText: (at, now) => clockText(zones, at, now),
    day: (at) => dayIn(zones, ownZone(), at),
    next(when: When, zone: string, after: number): number | null {
      switch (when.kind) {
        case "at":
          return when.at > after ? when.at : null;
        case "every":
          return when.from + Math.max(1, Math.floor((after - when.from) / when.everyMs) + 1) * when.everyMs;
        case "cron":
          return nextCron(when.expression, zone, after);
      }
    },
  };
}

/** `14:00`, or `2026-11-22 14:00` on another day. */
function clockText(zones: Zones, at: number, now: number): string {
  const timeZone = ownZone();
  const [date = "", time = ""] = zones.text(timeZone, at).split("T");
  const clock = time.slice(0, 5);
  return zones.text(timeZone, now).startsWith(date) ? clock : `${date} ${clock}`;
}

const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Where clocks are put back over midnight, the day has ended when they show it for the last time. */
export function dayIn(zones: Zones, zone: string, at: number): Day {
  const offsetMs = zones.offsetAt(zone, at);
  const midnight = Math.floor((at + offsetMs) / DAY_MS) * DAY_MS;
  const end = zones.instantOf(zone, midnight + DAY_MS);
  return {
    name: zones.text(zone, at).slice(0, 10),
    from: Math.min(at, zones.instantOf(zone, midnight)),
    endsAt: end > at ? end : midnight + DAY_MS - offsetMs,
  };
}

type Understanding = { calendar: Calendar; zones: Zones };

/** Of one whose expression was damaged, or whose zone this version does not have; undefined of every other. */
export function whyNotUnderstood({ spec }: Schedule, { calendar, zones }: Understanding): string | undefined {
  try {
    // Also what no clock could show.
    zones.offsetAt(spec.zone, calendar.next(spec.when, spec.zone, 0) ?? 0);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Search = { zones: Zones; zone: string; after: number };

/**
 * Moments follow in the order of their local times, so the first one after `after` is the one of the first local time
 * whose moment is after it: those that clocks show for the second time, and those of a gap, were there before.
 */
function search(fields: CronFields, { zones, zone, after }: Search): number | null {
  let local: number | null = after + zones.offsetAt(zone, after);
  for (;;) {
    local = nextLocal(fields, local);
    if (local === null) return null;
    const at = zones.instantOf(zone, local);
    if (at > after) return at;
  }
}
