/** Methods that read the output of runs. */
import * as z from "zod";
import { TaskId } from "../task.ts";
import { method } from "./method.ts";

export const OUTPUT_METHODS = {
  "log.read": method(
    "A piece of a run's output. Waits up to `waitMs` when there is nothing new; `eof` says that nothing will follow.",
    z.strictObject({
      id: TaskId,
      attempt: z.int().positive().optional().describe("The last run unless told"),
      stream: z.enum(["stdout", "stderr"]).default("stdout"),
      offset: z.int().min(0).default(0),
      tailLines: z
        .int()
        .min(0)
        .max(10_000_000)
        .optional()
        .describe("Start so many lines before the end instead of at `offset`"),
      maxBytes: z.int().min(1).max(4_194_304).default(262_144),
      waitMs: z.int().min(0).max(60_000).default(0),
    }),
    z.object({
      attempt: z.int(),
      offset: z.int(),
      nextOffset: z.int(),
      size: z.int(),
      encoding: z.enum(["utf8", "base64"]),
      data: z.string(),
      eof: z.boolean(),
    }),
  ),
} as const;
