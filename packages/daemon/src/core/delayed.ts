/** When a delay is over: on the wall clock, for people, and on the steady one, which nobody sets. */
import { ClaudineError } from "@claudine/protocol";
import type { Facts } from "./decide.ts";

type Wish = { verb: string; notBefore: number | null | undefined; delayMs: number | undefined };

/** @throws ClaudineError invalid_params when it is to start at a time, too */
export function delayed(
  { wall, now }: Pick<Facts, "wall" | "now">,
  { verb, notBefore, delayMs }: Wish,
): { notBefore?: number; ripeAt?: number } {
  if (delayMs === undefined) return {};
  if (notBefore !== undefined)
    throw new ClaudineError("invalid_params", `Cannot ${verb}: it has both a delay and a time to start at`, {
      hint: "Give one of delayMs and notBefore",
    });
  return { notBefore: wall + delayMs, ripeAt: now + delayMs };
}
