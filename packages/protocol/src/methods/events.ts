/** Methods about the journal. */
import * as z from "zod";
import { TaskEvent } from "../event.ts";
import { Empty } from "../params.ts";
import { Task } from "../task.ts";
import { method } from "./method.ts";

export const EVENTS_METHODS = {
  "event.list": method(
    "Events of the journal after a sequence number.",
    z.strictObject({ since: z.int().min(0).default(0), limit: z.int().min(1).max(10_000).default(1000) }),
    z.object({
      events: z.array(TaskEvent),
      lastSeq: z.int().describe("The newest event there is"),
      firstSeq: z.int().describe("The oldest event still kept"),
    }),
  ),
  "event.subscribe": method(
    "Sends every event after `since` as an `event` notification {subscription, events}, in order, first the old, then the live; with `snapshot` also the tasks as they are now.",
    z.strictObject({
      since: z.int().min(0).optional().describe("Now unless told"),
      snapshot: z.boolean().default(false).describe("Also the unfinished tasks and the newest finished ones"),
      snapshotLimit: z
        .int()
        .min(0)
        .max(10_000)
        .default(1000)
        .describe(
          "How many finished tasks the snapshot holds: the newest, and up to a quarter of older ones that failed",
        ),
    }),
    z.object({
      subscription: z.int(),
      seq: z.int().describe("The notifications start after this"),
      tasks: z.array(Task).nullable(),
    }),
  ),
  "event.unsubscribe": method("Ends a subscription.", z.strictObject({ subscription: z.int() }), Empty),
} as const;
