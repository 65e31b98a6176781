/** `claudine clean`: forgets finished tasks. */
import { parseDuration } from "@claudine/protocol/units";
import { reportIds } from "../act.ts";
import type { Command } from "../command.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";
import { FINISHED_STATES, states } from "../states.ts";

export const clean: Command = {
  name: "clean",
  summary: "Forget finished tasks, with their output",
  options: [
    { name: "state", type: "list", arg: "STATE", describe: "Only these; repeat for more", choices: FINISHED_STATES },
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "Only those of a group" },
    { name: "older-than", type: "string", arg: "TIME", describe: "Only what ended so long ago, as 12h or 7d" },
    { name: "dry-run", short: "n", type: "boolean", describe: "Only say which" },
  ],
  examples: [["claudine clean --state succeeded --older-than 7d", "keeps failures to look at"]],
  async run(input, io) {
    const olderThan = text(input, "older-than");
    const dryRun = flag(input, "dry-run");
    const wanted = {
      states: states(input, "state"),
      group: text(input, "group"),
      olderThanMs: olderThan === undefined ? undefined : parseDuration(olderThan),
    };
    const client = await io.connect();
    const { ids } = await client.call("task.clean", { ...given(wanted), dryRun });
    return reportIds(input, io, { done: dryRun ? "Would remove" : "Removed", ids });
  },
};
