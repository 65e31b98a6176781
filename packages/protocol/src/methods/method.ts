/** What a row of the method table is made of. */
import * as z from "zod";
import { Selector } from "../params.ts";
import { TaskInfo } from "../task.ts";

export const method = <P extends z.ZodType, R extends z.ZodType>(about: string, params: P, result: R) => ({
  about,
  params,
  result,
});

/** The answer of methods that act on tasks: the tasks as they are then. */
export const tasks = z.object({ tasks: z.array(TaskInfo) });
export const select = { selector: Selector };
/** Of methods that change what is selected. */
export const choose = {
  ...select,
  skipUnfit: z
    .boolean()
    .default(false)
    .describe("Ids and ranges that are gone or whose state does not allow it are left out instead of refusing all"),
};
