/** Times as people write them, in a zone, to epoch milliseconds and back; without Date, which reads the machine's zone. */

export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

export const DAY_MS = 86_400_000;

/** Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function daysOf({ year, month, day }: Pick<WallTime, "year" | "month" | "day">): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

export function utcMs(time: WallTime): number {
  return daysOf(time) * DAY_MS + time.hour * 3_600_000 + time.minute * 60_000;
}

/** What clocks in the zone show. */
export function wallTime(epochMs: number, zone: string): WallTime {
  const parts = formatterOf(zone).formatToParts(epochMs);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return { year: of("year"), month: of("month"), day: of("day"), hour: of("hour"), minute: of("minute") };
}

/** When clocks in the zone show this; a time that a change of the clocks leaves out is taken after it. */
export function epochOf(time: WallTime, zone: string): number {
  const asUtc = utcMs(time);
  const first = asUtc - offsetMs(asUtc, zone);
  return asUtc - offsetMs(first, zone);
}

function offsetMs(epochMs: number, zone: string): number {
  const minute = Math.floor(epochMs / 60_000) * 60_000;
  return utcMs(wallTime(minute, zone)) - minute;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const options = { hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const clock = { hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", { ...options, ...clock, timeZone: zoneOr(zone) });
}

/** UTC for a name that this machine does not know. */
function zoneOr(zone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}

export function isZone(name: string): boolean {
  return name === "UTC" || zoneOr(name) !== "UTC";
}
