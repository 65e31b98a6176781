/** The tool `schedules`: all schedules in few words, or one with what came of it and when it is due next. */
import { METHODS } from "@claudine/protocol/methods";
import { ScheduleName } from "@claudine/protocol/schedule";
import * as z from "zod";
import { briefSchedule, fullSchedule } from "../brief.ts";
import { defineTool } from "../tool.ts";

const PAGE = 20;
const PAGE_MAX = 100;
const FIRINGS = 10;

export const schedules = defineTool({
  name: "schedules",
  title: "List schedules",
  method: "schedule.list",
  also: "With a name: that one, its newest firings and its next times.",
  params: METHODS["schedule.list"].params.extend({
    name: ScheduleName.optional(),
    limit: z.int().min(1).max(PAGE_MAX).default(PAGE),
  }),
  does: "reads",
  async run({ client, signal }, { name, ...page }) {
    if (name === undefined) {
      const { schedules: some, next } = await client.call("schedule.list", page, { signal });
      const more = next === null ? {} : { next: `There are more: call schedules with after "${next}"` };
      return { facts: { schedules: some.map(briefSchedule), ...more } };
    }
    const { schedule } = await client.call("schedule.get", { name }, { signal });
    const { firings } = await client.call("schedule.history", { name, limit: FIRINGS }, { signal });
    const { times } = await client.call("schedule.next", { name }, { signal });
    return { facts: { ...fullSchedule(schedule), firings, times: times.map(({ text }) => text) } };
  },
});
