/** Time zones: what a local time is in UTC. The rules are those that Node brings along (ICU). */
import { ClaudineError } from "@claudine/protocol";
import { DAY_MS } from "./local-time.ts";

export type Zones = {
  /** @throws ClaudineError invalid_params when there is no such zone */
  check(zone: string): void;
  /** Ms that the zone's clocks are ahead of UTC. */
  offsetAt(zone: string, at: number): number;
  /**
   * When clocks show `local` (counted as if it were UTC): the first time if they do so twice, and when they never do, as
   * they are put forward past it, the moment of that.
   */
  instantOf(zone: string, local: number): number;
  /** Local time with its offset, as `2026-12-01T08:00:00+01:00`. */
  text(zone: string, at: number): string;
};

/** No zone changes its clocks twice within so long. */
const PIECE_MS = DAY_MS / 4;
/** Of one zone; a daemon that runs for years asks about ever new ones. */
const PIECES_KEPT = 2000;

/** All moments of a piece have one offset, or there is one change in it. */
type Piece = { before: number; after: number; at: number };

export function createZones(): Zones {
  const formats = new Map<string, Intl.DateTimeFormat>();
  const known = new Map<string, Map<number, Piece>>();

  const formatFor = (zone: string): Intl.DateTimeFormat => {
    const format = formats.get(zone) ?? formatOf(zone);
    formats.set(zone, format);
    return format;
  };
  const lookUp = (zone: string, at: number): number => offsetIn(formatFor(zone), at);
  const pieceOf = (zone: string, at: number): Piece => {
    const number = Math.floor(at / PIECE_MS);
    const pieces = known.get(zone) ?? new Map<number, Piece>();
    known.set(zone, pieces);
    const found = pieces.get(number);
    if (found !== undefined) return found;
    if (pieces.size >= PIECES_KEPT) pieces.clear();
    const [start, end] = [number * PIECE_MS, (number + 1) * PIECE_MS];
    const [before, after] = [lookUp(zone, start), lookUp(zone, end)];
    const piece = { before, after, at: before === after ? end : changeIn(start, end, (one) => lookUp(zone, one)) };
    pieces.set(number, piece);
    return piece;
  };
  const offsetAt = (zone: string, at: number): number => {
    const piece = pieceOf(zone, at);
    return at < piece.at ? piece.before : piece.after;
  };
  return {
    check: (zone) => void formatFor(zone),
    offsetAt,
    instantOf(zone, local) {
      const [early, late] = [offsetAt(zone, local - DAY_MS), offsetAt(zone, local + DAY_MS)];
      const found = [local - early, local - late].filter((at) => at + offsetAt(zone, at) === local);
      if (found.length > 0) return Math.min(...found);
      return changeIn(local - Math.max(early, late), local - Math.min(early, late), (at) => offsetAt(zone, at));
    },
    text: (zone, at) => zonedText(at, offsetAt(zone, at)),
  };
}

/** The moment between the two at which the offset changes, to the second. */
function changeIn(start: number, end: number, offsetAt: (at: number) => number): number {
  const before = offsetAt(start);
  let [low, high] = [Math.floor(start / 1000), Math.ceil(end / 1000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1000) === before) low = middle;
    else high = middle;
  }
  return high * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    throw new ClaudineError("invalid_params", `There is no time zone "${zone.slice(0, 80)}"`, {
      hint: "Write a name of the IANA list, as Europe/Berlin, America/New_York or UTC",
    });
  }
}

/** From `GMT`, `GMT+01:00`, `GMT-00:44:30`. */
function offsetIn(format: Intl.DateTimeFormat, at: number): number {
  const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  const [, sign = "+", hours = "0", minutes = "0", seconds = "0"] =
    /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(name) ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -ms : ms;
}

function zonedText(at: number, offsetMs: number): string {
  const local = new Date(at + offsetMs).toISOString().replace(/(\.000)?Z$/, "");
  const minutes = Math.floor(Math.abs(offsetMs) / 60_000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${local}${offsetMs < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}
