/** The tool `schedule`: runs a command, or hands a prompt to a coding agent, again and again, with the environment of this process. */
import { resolve } from "node:path";
import { callerEnv } from "@claudine/client/cli/submit-tasks";
import { METHODS } from "@claudine/protocol/methods";
import { fullSchedule } from "../brief.ts";
import { defineTool } from "../tool.ts";

const { params } = METHODS["schedule.add"];

export const schedule = defineTool({
  name: "schedule",
  title: "Add a schedule",
  method: "schedule.add",
  also: "Its task is a command, or a prompt for a coding agent, which costs money each time. The answer says when it is due next.",
  params: params.pick({ schedule: true }).extend({
    cwd: params.shape.cwd.optional().describe("The working directory; that of this server unless told"),
  }),
  does: "runs",
  async run({ client, signal }, { schedule: wanted, cwd: folder = "." }) {
    const cwd = resolve(folder);
    const { task } = wanted;
    const placed = task.cwd === undefined ? wanted : { ...wanted, task: { ...task, cwd: resolve(cwd, task.cwd) } };
    const added = await client.call(
      "schedule.add",
      { env: await callerEnv(process.env), cwd, umask: process.umask(), schedule: placed },
      { signal },
    );
    return { facts: fullSchedule(added) };
  },
});
