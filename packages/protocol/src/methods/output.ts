/** Methods that read the output of runs. */
import * as z from "zod";
import { Millis, TaskId } from "../task.ts";
import { method } from "./method.ts";

export const OUTPUT_METHODS = {
  "log.read": method(
    "A piece of a run's output, wherever it is kept: plain, packed, or with its middle left out. Offsets are those of what the run wrote and stay. Waits up to `waitMs` when there is nothing new; `eof` says that nothing will follow.",
    z.strictObject({
      id: TaskId,
      attempt: z
        .int()
        .positive()
        .optional()
        .describe("The last run unless told; with `waitMs` also the next one, which is waited for"),
      stream: z.enum(["stdout", "stderr"]).default("stdout"),
      offset: z.int().min(0).default(0),
      tailLines: z
        .int()
        .min(0)
        .max(10_000_000)
        .optional()
        .describe("Start so many lines before the end instead of at `offset`"),
      since: Millis.optional().describe("Start with the line that was being written then, instead of at `offset`"),
      until: Millis.optional().describe("End with the line that was being written then"),
      times: z.boolean().default(false).describe("Say when the bytes were written, in `marks`"),
      encoding: z
        .enum(["utf8", "base64"])
        .default("utf8")
        .describe("`base64` costs less on both sides; with `utf8` only what is no UTF-8 is base64"),
      maxBytes: z.int().min(1).max(4_194_304).default(262_144),
      waitMs: z.int().min(0).max(60_000).default(0),
    }),
    z.object({
      attempt: z.int(),
      offset: z.int(),
      nextOffset: z.int(),
      size: z.int().describe("Written so far, or until the end of what is wanted"),
      leftOut: z.int().describe("Bytes before `offset` that are not kept: the run wrote more than it may"),
      marks: z
        .array(z.object({ to: z.int(), at: Millis }))
        .optional()
        .describe("Bytes up to the offset `to` had been written by `at`; in order"),
      encoding: z.enum(["utf8", "base64"]),
      data: z.string(),
      eof: z.boolean(),
    }),
  ),
} as const;
