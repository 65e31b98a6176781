/** Durations, sizes and times as texts that mean exactly the same when they are read again. */
export { exactDuration } from "@claudine/protocol/units";

/** `4G`, `1536M`, `1000`. */
export function exactBytes(bytes: number): string {
  const unit = ["G", "M", "K"].find((_, index) => bytes % 1024 ** (3 - index) === 0);
  return unit === undefined ? String(bytes) : `${bytes / 1024 ** (3 - ["G", "M", "K"].indexOf(unit))}${unit}`;
}

/** Local time with its offset, as `2026-12-01T08:00:00+01:00`. */
export function exactTime(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const local = new Date(at + minutes * 60_000).toISOString().replace(/(\.000)?Z$/, "");
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const ahead = Math.abs(minutes);
  return `${local}${minutes < 0 ? "-" : "+"}${two(ahead / 60)}:${two(ahead % 60)}`;
}
