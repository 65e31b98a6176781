/** Values of the configuration that have a unit. */
import * as z from "zod";
import { BUDGET_MOST } from "./budget.ts";
import { parseBytes, parseDuration, parseTokens } from "./units.ts";

export const OFF = z.literal("off");

export const Duration = (fallback: string, { min = "0s", max }: { min?: string; max: string }) =>
  z
    .union([
      z
        .number()
        .min(0)
        .transform((seconds) => seconds * 1000),
      z.string().transform((text, context) => {
        try {
          return parseDuration(text);
        } catch {
          context.addIssue({ code: "custom", message: `"${text}" is not a duration; write 90s, 15m, 1h30m or 2d` });
          return z.NEVER;
        }
      }),
    ])
    .refine((ms) => ms >= parseDuration(min) && ms <= parseDuration(max), `expected a time from ${min} to ${max}`)
    .default(parseDuration(fallback))
    .meta({ unit: "duration", fallback });

export const Size = (fallback: string, least = 0) =>
  z
    .union([
      z.int().min(0),
      z.string().transform((text, context) => {
        try {
          return parseBytes(text);
        } catch {
          context.addIssue({ code: "custom", message: `"${text}" is not a size; write 512M, 4G or 100K` });
          return z.NEVER;
        }
      }),
    ])
    .refine((bytes) => bytes >= least, `expected at least ${least} bytes`)
    .default(parseBytes(fallback))
    .meta({ unit: "size", fallback });

export const Tokens = z
  .union([
    z.number(),
    z.string().transform((text, context) => {
      try {
        return parseTokens(text);
      } catch {
        context.addIssue({ code: "custom", message: `"${text}" is no number of tokens; write 800K, 5M or 250000` });
        return z.NEVER;
      }
    }),
  ])
  .refine(
    (tokens) => Number.isInteger(tokens) && tokens >= 1 && tokens <= BUDGET_MOST.tokens,
    "expected a whole number of tokens, from 1 to 1000G",
  )
  .meta({ unit: "tokens" });
