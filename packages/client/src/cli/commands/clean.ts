/** `claudine clean`: forgets finished tasks. */
import type { Result } from "@claudine/protocol/methods";
import { formatBytes, parseDuration } from "@claudine/protocol/units";
import { reportIds } from "../act.ts";
import type { Command } from "../command.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";
import { nameTasks, printJson, say } from "../print.ts";
import { FINISHED_STATES, states } from "../states.ts";

export const clean: Command = {
  name: "clean",
  summary: "Forget finished tasks, with their output",
  options: [
    { name: "state", type: "list", arg: "STATE", describe: "Only these; repeat for more", choices: FINISHED_STATES },
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "Only those of a group" },
    { name: "older-than", type: "string", arg: "TIME", describe: "Only what ended so long ago, as 12h or 7d" },
    { name: "dry-run", short: "n", type: "boolean", describe: "Only say which, and how much output goes" },
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
    const { ids, output } = await client.call("task.clean", { ...given(wanted), dryRun });
    if (output === undefined) return reportIds(input, io, { done: "Removed", ids });
    if (flag(input, "json")) printJson(io, { ids, output });
    else for (const line of dryRunLines(ids, output)) say(input, io, line);
    return 0;
  },
};

type Output = NonNullable<Result<"task.clean">["output"]>;

function dryRunLines(ids: readonly number[], { bytes, totalBytes, swept }: Output): string[] {
  const tasks = ids.length === 0 ? "No task matches" : `Would remove ${nameTasks(ids)}`;
  const lines = [`${tasks}: ${formatBytes(bytes)} of ${formatBytes(totalBytes)} of output`];
  if (swept.length === 0) return lines;
  const sweptBytes = swept.reduce((sum, one) => sum + one.bytes, 0);
  const names = nameTasks([...new Set(swept.map(({ id }) => id))]);
  return [...lines, `By itself the daemon removes the output of ${names} next: ${formatBytes(sweptBytes)}`];
}
