/** When a schedule is due next: cron expressions, intervals and single times. */
import type { Schedule, When } from "@claudine/protocol";
import type { Calendar } from "../core/calendar.ts";
import { nextLocal, parseCron, type CronFields } from "./cron.ts";
import type { Zones } from "./zones.ts";

/** Many schedules share an expression. */
const EXPRESSIONS_KEPT = 10_000;

export function createCalendar(zones: Zones): Calendar {
  const parsed = new Map<string, CronFields>();

  const fieldsOf = (expression: string): CronFields => {
    const known = parsed.get(expression);
    if (known !== undefined) return known;
    if (parsed.size >= EXPRESSIONS_KEPT) parsed.clear();
    const fields = parseCron(expression);
    parsed.set(expression, fields);
    return fields;
  };
  return {
    next(when: When, zone: string, after: number): number | null {
      switch (when.kind) {
        case "at":
          return when.at > after ? when.at : null;
        case "every":
          return when.from + Math.max(1, Math.floor((after - when.from) / when.everyMs) + 1) * when.everyMs;
        case "cron":
          return nextCron(fieldsOf(when.expression), { zones, zone, after });
      }
    },
  };
}

/** False of one whose expression was damaged, or whose zone this version does not have. */
export function isUnderstood({ spec }: Schedule, { calendar, zones }: { calendar: Calendar; zones: Zones }): boolean {
  try {
    zones.offsetAt(spec.zone, 0);
    calendar.next(spec.when, spec.zone, 0);
    return true;
  } catch {
    return false;
  }
}

type Search = { zones: Zones; zone: string; after: number };

/**
 * Moments follow in the order of their local times, so the first one after `after` is the one of the first local time
 * whose moment is after it: those that clocks show for the second time, and those of a gap, were there before.
 */
function nextCron(fields: CronFields, { zones, zone, after }: Search): number | null {
  let local: number | null = after + zones.offsetAt(zone, after);
  for (;;) {
    local = nextLocal(fields, local);
    if (local === null) return null;
    const at = zones.instantOf(zone, local);
    if (at > after) return at;
  }
}
