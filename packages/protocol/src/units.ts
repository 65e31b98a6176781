/** Durations and sizes as people write them, and back. */
import { ClaudineError } from "./errors.ts";

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const BYTES: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/**
 * `90`, `90s`, `1h30m`, `1.5d` to milliseconds; a bare number is seconds.
 * @throws ClaudineError invalid_params
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return whole(Number(trimmed) * 1000, text);
  if (/^(\d+(\.\d+)?(ms|s|m|h|d|w)\s*)+$/.test(trimmed)) {
    const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)];
    const ms = parts.reduce((sum, [, number, unit]) => sum + Number(number) * (MS[unit ?? ""] ?? 0), 0);
    return whole(ms, text);
  }
  throw new ClaudineError("invalid_params", `"${text.slice(0, 80)}" is not a duration`, {
    hint: "Write 90s, 15m, 1h30m or 2d",
  });
}

function whole(value: number, text: string): number {
  const rounded = Math.round(value);
  if (Number.isSafeInteger(rounded)) return rounded;
  throw new ClaudineError("invalid_params", `"${text.slice(0, 80)}" is too much`);
}

/**
 * `512`, `64K`, `4G`, `1.5GiB` to bytes; units are powers of 1024.
 * @throws ClaudineError invalid_params
 */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?$/i.exec(text.trim());
  if (match !== null) return whole(Number(match[1]) * (BYTES[(match[2] ?? "").toLowerCase()] ?? 1), text);
  throw new ClaudineError("invalid_params", `"${text.slice(0, 80)}" is not a size`, { hint: "Write 512M, 4G or 100K" });
}

const TOKENS: Readonly<Record<string, number>> = { "": 1, k: 1000, m: 1_000_000, g: 1_000_000_000 };

/**
 * `250000`, `800K`, `1.5M` to a number of tokens; units are powers of 1000.
 * @throws ClaudineError invalid_params
 */
export function parseTokens(text: string): number {
  const match = /^(\d+(?=$)|\d+(?:\.\d+)?(?=\s*[kmg]))\s*([kmg]?)$/i.exec(text.trim());
  if (match !== null) return whole(Number(match[1]) * (TOKENS[(match[2] ?? "").toLowerCase()] ?? 1), text);
  throw new ClaudineError("invalid_params", `"${text.slice(0, 80)}" is no number of tokens`, {
    hint: "Write 800K, 5M or 250000",
  });
}

/** `850`, `1.5K`, `23M` (powers of 1000). */
export function formatTokens(tokens: number): string {
  const units = ["", "K", "M", "G"];
  let value = Math.max(0, tokens);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)}${units[unit] ?? ""}`;
}

/** `850ms`, `12.3s`, `4m10s`, `2h05m`, `3d04h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1000);
  const pad = (value: number) => String(value).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${pad(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${pad(Math.floor(seconds / 3600) % 24)}h`;
}

/** `512B`, `1.5K`, `23M`, `4.0G` (powers of 1024). */
export function formatBytes(bytes: number): string {
  const units = ["B", "K", "M", "G", "T"];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)}${units[unit] ?? ""}`;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** `1h30m`, `90ms`, `0s`: the same again when it is read. */
export function exactDuration(ms: number): string {
  let left = ms;
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.length === 0 ? "0s" : parts.join("");
}
