/** Methods about files that tasks have left in `$CLAUDINE_ARTIFACTS`. */
import * as z from "zod";
import { Artifact } from "../artifact.ts";
import { Millis, TaskId } from "../task.ts";
import { method } from "./method.ts";

const run = {
  id: TaskId,
  attempt: z.int().positive().optional().describe("The last run unless told"),
};

export const ARTIFACTS_METHODS = {
  "artifact.list": method(
    "The files that a run has left in its folder of artifacts and the folders in it, by name, a page at a time.",
    z.strictObject({
      ...run,
      after: z
        .string()
        .max(8192)
        .regex(/^[\w-]*$/, "use `next` of an earlier answer")
        .optional()
        .describe("Continue after this one"),
      limit: z.int().min(1).max(10_000).default(1000),
    }),
    z.object({
      attempt: z.int().describe("0 when the task has had no run"),
      files: z.array(Artifact),
      next: z.string().nullable().describe("`after` of the next page; null at the end"),
    }),
  ),
  "artifact.read": method(
    "A piece of an artifact. Links are not followed.",
    z.strictObject({
      ...run,
      name: z.string().min(1).max(4096),
      offset: z.int().min(0).default(0),
      maxBytes: z.int().min(1).max(4_194_304).default(262_144),
    }),
    z.object({
      attempt: z.int(),
      size: z.int(),
      modifiedAt: Millis,
      offset: z.int(),
      nextOffset: z.int(),
      data: z.string().describe("Base64"),
      eof: z.boolean(),
    }),
  ),
} as const;
