/** Single values of the options that make a task's rules; each says what would have been right. */
import { constants } from "node:os";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Limits, RetryRule } from "@claudine/protocol/rules";
import { formatDuration, parseBytes, parseDuration, parseTokens } from "@claudine/protocol/units";

export const DAY_MS = 86_400_000;
export const LONGEST_MS = 3650 * DAY_MS;
const SHOWN = 80;

export function wrong(text: string, why: string, hint: string): ClaudineError {
  return new ClaudineError("invalid_params", `"${text.slice(0, SHOWN)}" ${why}`, { hint });
}

export function duration(text: string, { min = 0, max = LONGEST_MS } = {}): number {
  const ms = parseDuration(text);
  if (ms >= min && ms <= max) return ms;
  throw wrong(text, "is out of range", `Give a time from ${formatDuration(min)} to ${formatDuration(max)}`);
}

export function wholeNumber(text: string, min: number, max: number): number {
  const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw wrong(text, "is not a number that fits", `Give a whole number from ${min} to ${max}`);
}

const MOST_CORES = 100_000;

export function cores(text: string): number {
  const number = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (number > 0 && number <= MOST_CORES) return number;
  throw wrong(text, "is not a number of cores", "Write 2 or 0.5");
}

export function size(text: string): number {
  const bytes = parseBytes(text);
  if (bytes > 0) return bytes;
  throw wrong(text, "is no memory at all", "Write 512M or 4G");
}

const MOST_DOLLARS = 1_000_000;
const MOST_TOKENS = 1_000_000_000_000;

/** `20`, `2.50`, `$2.50` */
export function dollars(text: string): number {
  const usd = /^\$?\d{1,9}(\.\d+)?$/.test(text.trim()) ? Number(text.trim().replace("$", "")) : 0;
  if (usd > 0 && usd <= MOST_DOLLARS) return usd;
  throw wrong(text, "is no amount that fits", `Write 2.50 for two and a half US dollars; at most ${MOST_DOLLARS}`);
}

/** `5M` */
export function tokenCount(text: string): number {
  const count = parseTokens(text);
  if (count > 0 && count <= MOST_TOKENS) return count;
  throw wrong(text, "is no number of tokens that fits", "Write 800K, 5M or 250000; at most 1000G");
}

/** `75,1-3` */
export function exitCodes(text: string): NonNullable<RetryRule["onExit"]> {
  const hint = "Write exit codes from 0 to 255, as 75,1-3";
  return text.split(",").map((part) => {
    const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part.trim());
    if (match === null) throw wrong(part, "is not an exit code", hint);
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (from > to || to > 255) throw wrong(part, "is not a range of exit codes", hint);
    return { from, to };
  });
}

/** `USR1@60s` */
export function warnSignal(text: string): NonNullable<Limits["warnSignal"]> {
  const hint = "Write a signal and how long before the timeout: USR1@60s";
  const [name = "", time, ...more] = text.split("@");
  if (name === "" || time === undefined || more.length > 0) throw wrong(text, "is not a signal and a time", hint);
  const upper = name.toUpperCase();
  const signal = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  if (!Object.hasOwn(constants.signals, signal)) throw wrong(name, "is not a signal", hint);
  return { signal, beforeMs: duration(time) };
}

const NAME = /^[A-Za-z][A-Za-z0-9_.:/-]{0,127}$/;

function resourceName(text: string): string {
  if (NAME.test(text)) return text;
  throw wrong(text, "is not a name", "Begin with a letter and use letters, digits, _ . : / -, at most 128 in all");
}

export function lockNames(texts: readonly string[]): string[] {
  return [...new Set(texts.map(resourceName))];
}

const MOST_UNITS = 100_000;

/** `gpu=1`, or `gpu` for one of it. */
export function claims(texts: readonly string[]): Record<string, number> {
  const units = new Map<string, number>();
  for (const text of texts) {
    const [name = "", count = "1", ...more] = text.split("=");
    if (more.length > 0) throw wrong(text, "is not a claim", "Write gpu=1");
    if (units.has(name)) throw wrong(name, "is claimed twice", `Write ${name}=N once, for all of it`);
    units.set(resourceName(name), wholeNumber(count, 1, MOST_UNITS));
  }
  return Object.fromEntries(units);
}
