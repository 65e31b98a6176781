/** Methods that act on what runs. */
import * as z from "zod";
import { SENT_BYTES_MAX } from "../agent.ts";
import { Signal } from "../params.ts";
import { TaskId, TaskState } from "../task.ts";
import { choose, method, tasks } from "./method.ts";

export const RUNNING_METHODS = {
  "task.kill": method(
    "Signals the process trees. A signal that ends (TERM, INT, QUIT, ABRT, KILL) is followed by SIGKILL after the grace; answered when they have ended.",
    z.strictObject({
      ...choose,
      signal: Signal.default("SIGTERM"),
      graceMs: z.int().min(0).max(86_400_000).optional(),
    }),
    tasks,
  ),
  "task.cancel": method(
    "Takes tasks out: waiting ones at once, running ones are ended; answered when all have ended.",
    z.strictObject({
      ...choose,
      graceMs: z.int().min(0).max(86_400_000).optional(),
      note: z.string().max(4096).optional(),
      cascade: z.boolean().default(false).describe("Also what depends on them"),
    }),
    tasks,
  ),
  "task.pause": method("Stops the process trees with SIGSTOP.", z.strictObject(choose), tasks),
  "task.resume": method("Continues paused tasks.", z.strictObject(choose), tasks),
  "task.send": method(
    "Writes to the standard input of a running task that was submitted with `stdin`. What is sent to an agent that cannot hear it now is kept, and its next run is told it.",
    z.strictObject({
      id: TaskId,
      text: z
        .string()
        .max(SENT_BYTES_MAX + 2)
        .describe("Up to 64 KiB, and the end of its last line"),
      eof: z.boolean().default(false).describe("End the input after this"),
      sentBytes: z.int().min(0).default(0).describe("Of the same input sent by calls before; for the text of errors"),
      totalBytes: z.int().min(0).optional().describe("Of that input in all; for the text of errors"),
    }),
    z.object({
      bytes: z.int(),
      told: z.enum(["now", "next-run"]),
      state: TaskState.describe("Of the task, when it was sent"),
      waiting: z.int().describe("How many texts wait for the task's next run, with this one"),
    }),
  ),
} as const;
