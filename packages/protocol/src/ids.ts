/** The two scalars that every schema uses. */
import * as z from "zod";

export const TaskId = z.int().positive().max(4_294_967_295).describe("Small integer, never reused");
export type TaskId = z.infer<typeof TaskId>;

export const Millis = z.number().describe("Epoch milliseconds");
