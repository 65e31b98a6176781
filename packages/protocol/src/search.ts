/** Schemas of what a search finds. */
import * as z from "zod";
import { TaskId } from "./task.ts";

export const SearchField = z.enum(["label", "command", "prompt", "output"]);
export type SearchField = z.infer<typeof SearchField>;

export const SearchMatch = z.object({
  id: TaskId,
  field: SearchField,
  attempt: z.int().nullable().describe("Of output: the run that wrote it"),
  stream: z.enum(["stdout", "stderr"]).nullable().describe("Of output"),
  line: z.int().describe("From 1; of output, among the lines that are kept"),
  offset: z.number().describe("Where the line begins, in bytes; of output as `log.read` counts them"),
  text: z
    .string()
    .describe("The line, or up to 400 characters of it around the first match; what is no UTF-8 is U+FFFD"),
  spans: z
    .array(z.object({ from: z.int(), to: z.int() }))
    .describe("Where in `text` matches begin and end, the first 50 of them"),
  cut: z.object({ before: z.boolean(), after: z.boolean() }).describe("More of the line is there than `text` shows"),
});
export type SearchMatch = z.infer<typeof SearchMatch>;

export const SearchProblem = z.object({
  id: TaskId,
  attempt: z.int(),
  stream: z.enum(["stdout", "stderr"]),
  message: z.string(),
});
export type SearchProblem = z.infer<typeof SearchProblem>;
