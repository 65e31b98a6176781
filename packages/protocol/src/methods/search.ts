/** The method that finds tasks by what they say. */
import * as z from "zod";
import { Selector } from "../params.ts";
import { SearchField, SearchMatch, SearchProblem } from "../search.ts";
import { Millis, TaskState } from "../task.ts";
import { method } from "./method.ts";

/** A task, or a place in the output of one of its runs. */
const SearchCursor = z
  .string()
  .regex(
    /^\d{1,10}(?:-\d{1,10}(?:-\d{1,9}-(?:stdout|stderr)-\d{1,16}-\d{1,16}(?:-\d{1,16})?)?)?$/,
    "use `next` of an earlier answer",
  );

export const SEARCH_METHODS = {
  "task.search": method(
    "Finds lines of what tasks are called, run and have written, the newest tasks first, a page at a time. A process of its own reads the output; a page comes after `maxMs` also when it is not full.",
    z.strictObject({
      text: z
        .string()
        .min(1)
        .max(4096)
        .refine((text) => !/[\n\r\0]/.test(text), "one line, and no NUL in it")
        .describe("What to look for, as it is"),
      regex: z.boolean().default(false).describe("It is a regular expression of JavaScript"),
      ignoreCase: z.boolean().default(false),
      fields: z.array(SearchField).min(1).max(10).default(["label", "command", "prompt", "output"]),
      selector: Selector.optional(),
      states: z.array(TaskState).max(100).optional(),
      group: z.string().optional(),
      label: z.string().optional(),
      since: Millis.optional().describe("Only tasks that had not ended before then"),
      until: Millis.optional().describe("Only tasks that were there by then"),
      perTask: z.int().min(1).optional().describe("Not more matches of one task"),
      cursor: SearchCursor.optional().describe("Where it goes on"),
      limit: z.int().min(1).max(1000).default(1000),
      maxMs: z.int().min(10).max(10_000).default(1000),
    }),
    z.object({
      matches: z.array(SearchMatch).describe("In the order of tasks, fields, runs (the last first) and lines"),
      problems: z.array(SearchProblem).describe("Output that could not be read"),
      next: SearchCursor.nullable().describe("`cursor` of the next page; null when everything was searched"),
      tasks: z.int().describe("So many were looked at"),
      bytes: z.number().describe("Of output, looked at closely"),
    }),
  ),
} as const;
