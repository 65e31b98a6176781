/** The tool `list`: tasks in few words, a page at a time. */
import { METHODS } from "@claudine/protocol/methods";
import { Selector } from "@claudine/protocol/params";
import * as z from "zod";
import { briefTask } from "../brief.ts";
import { defineTool } from "../tool.ts";
import { WORDS_MAX } from "./selector.ts";

const PAGE = 20;
const PAGE_MAX = 100;

export const list = defineTool({
  name: "list",
  title: "List tasks",
  method: "task.list",
  also: "Long commands are cut; status has all of one task. Times are epoch milliseconds.",
  params: METHODS["task.list"].params.extend({
    selector: Selector.max(WORDS_MAX).optional(),
    limit: z.int().min(1).max(PAGE_MAX).default(PAGE),
  }),
  does: "reads",
  async run({ client, signal }, args) {
    const { tasks, next } = await client.call("task.list", args, { signal });
    const more = next === null ? {} : { next: `There are more: call list with before ${next}` };
    return { facts: { tasks: tasks.map(briefTask), ...more } };
  },
});
