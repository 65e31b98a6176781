/** Methods that read what was measured. */
import * as z from "zod";
import { HostPoint } from "../host.ts";
import { Millis } from "../task.ts";
import { method } from "./method.ts";

/** An answer has no more points than this. */
export const HOST_POINTS_MAX = 2000;

export const HISTORY_METHODS = {
  "host.history": method(
    "The machine and the counts as they were, oldest first: averages over `stepMs`, which is longer than asked for where there would be more than 2000 of them.",
    z.strictObject({
      since: Millis.optional().describe("An hour before `until` unless told"),
      until: Millis.optional().describe("Now unless told"),
      stepMs: z.int().min(1).max(31_536_000_000).optional(),
    }),
    z.object({ stepMs: z.number(), samples: z.array(HostPoint) }),
  ),
} as const;
