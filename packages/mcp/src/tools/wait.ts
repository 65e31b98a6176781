/** The tool `wait`: answers when tasks are where one wants them, tells meanwhile how far they are, and gives up in time. */
import { ClaudineError } from "@claudine/protocol/errors";
import { METHODS } from "@claudine/protocol/methods";
import * as z from "zod";
import { briefTasks } from "../brief.ts";
import { whileReporting } from "../progress.ts";
import { defineTool } from "../tool.ts";
import { select, SHOWN_MAX } from "./selector.ts";

/** Clients give up on a call after a minute, unless they are told otherwise. */
const TIMEOUT_MS = 50_000;
const TIMEOUT_MAX_MS = 86_400_000;
const LIST_MAX = 1000;

export const wait = defineTool({
  name: "wait",
  title: "Wait for tasks",
  method: "task.wait",
  also: "After timeoutMs it answers with reached false and timedOut true: the tasks go on, call wait again.",
  params: METHODS["task.wait"].params.extend({
    ...select,
    timeoutMs: z.int().min(0).max(TIMEOUT_MAX_MS).default(TIMEOUT_MS),
  }),
  does: "reads",
  async run(context, args) {
    const { client, signal } = context;
    try {
      const waiting = client.call("task.wait", args, { signal });
      const { reached, tasks } = await whileReporting(context, args, waiting);
      return { facts: { reached, ...briefTasks(tasks, SHOWN_MAX) } };
    } catch (error) {
      if (!(error instanceof ClaudineError) || error.code !== "timeout") throw error;
      const { tasks } = await client.call("task.list", { selector: args.selector, limit: LIST_MAX }, { signal });
      return { facts: { reached: false, timedOut: true, ...briefTasks(tasks, SHOWN_MAX) } };
    }
  },
});
