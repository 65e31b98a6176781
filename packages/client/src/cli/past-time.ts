/** Reads when in the past something was: `03:10`, `30m` ago, or a date. */
import { ClaudineError } from "@claudine/protocol/errors";
import { parseDuration } from "@claudine/protocol/units";

const HINT = "Write 03:10, 30m (ago), 2026-11-21T03:10 or now";

/** A time of day is the last one that was. @throws ClaudineError invalid_params */
export function pastTime(option: string, text: string, now: number): number {
  const at = read(text.trim(), now);
  if (at === undefined || Number.isNaN(at))
    throw new ClaudineError("invalid_params", `Cannot show top: --${option} "${text.slice(0, 80)}" is not a time`, {
      hint: HINT,
    });
  if (at > now)
    throw new ClaudineError("invalid_params", `Cannot show top: --${option} ${text.slice(0, 80)} has not been yet`, {
      hint: HINT,
    });
  return at;
}

function read(text: string, now: number): number | undefined {
  if (text === "now") return now;
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock !== null)
    return lastTimeOfDay(
      clock.slice(1).map((part) => Number(part ?? 0)),
      now,
    );
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) return Date.parse(text.replace(" ", "T"));
  try {
    return now - parseDuration(text.replace(/^-/, "").replace(/\s*ago$/, ""));
  } catch {
    return undefined;
  }
}

function lastTimeOfDay([hours = 0, minutes = 0, seconds = 0]: readonly number[], now: number): number | undefined {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const date = new Date(now);
  date.setHours(hours, minutes, seconds, 0);
  if (date.getTime() > now) date.setDate(date.getDate() - 1);
  return date.getTime();
}
