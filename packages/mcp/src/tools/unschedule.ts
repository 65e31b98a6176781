/** The tool `unschedule`: removes schedules. */
import { METHODS } from "@claudine/protocol/methods";
import { defineTool } from "../tool.ts";
import { WORDS_MAX } from "./selector.ts";

const { params } = METHODS["schedule.remove"];

export const unschedule = defineTool({
  name: "unschedule",
  title: "Remove schedules",
  method: "schedule.remove",
  also: "claudine schedule pause keeps one for later.",
  params: params.extend({ names: params.shape.names.max(WORDS_MAX) }),
  does: "ends",
  async run({ client, signal }, { names }) {
    await client.call("schedule.remove", { names }, { signal });
    return { facts: { removed: names } };
  },
});
