/** Priorities as people name them. */
import { ClaudineError } from "./errors.ts";

/** The one table of names; a higher number starts first. */
export const PRIORITIES = { low: -10, normal: 0, high: 10, urgent: 100, P0: 100, P1: 10, P2: 0 } as const;

/** `low=-10, normal=0 …`, for help and errors. */
export const PRIORITY_NAMES = Object.entries(PRIORITIES)
  .map(([name, value]) => `${name}=${value}`)
  .join(", ");

const MOST = 1_000_000;

/**
 * A whole number or a name of the table, in any case.
 * @throws ClaudineError invalid_params
 */
export function parsePriority(text: string): number {
  const word = text.trim();
  for (const [name, value] of Object.entries(PRIORITIES)) if (name.toLowerCase() === word.toLowerCase()) return value;
  const value = /^[+-]?\d{1,7}$/.test(word) ? Number(word) : Number.NaN;
  if (Math.abs(value) <= MOST) return value;
  throw new ClaudineError("invalid_params", `"${text.slice(0, 80)}" is not a priority`, {
    hint: `Give a whole number from -${MOST} to ${MOST}, or ${PRIORITY_NAMES}`,
  });
}
