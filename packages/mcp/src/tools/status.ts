/** The tool `status`: one task with its runs, or how the daemon fares. */
import { METHODS } from "@claudine/protocol/methods";
import { fullTask } from "../brief.ts";
import { defineTool } from "../tool.ts";

const RUNS_MAX = 10;
const GROUPS_MAX = 50;

export const status = defineTool({
  name: "status",
  title: "Status of a task or of the daemon",
  method: "task.get",
  also: "Without an id: the daemon, how many tasks are in each state, and the groups with their slots. Times are epoch milliseconds.",
  params: METHODS["task.get"].params.partial(),
  does: "reads",
  async run({ client, signal }, { id }) {
    if (id !== undefined) {
      const { task, runs } = await client.call("task.get", { id }, { signal });
      return { facts: { ...fullTask(task), runs: runs.slice(-RUNS_MAX) } };
    }
    const daemon = await client.call("daemon.status", {}, { signal });
    const { groups } = await client.call("group.list", {}, { signal });
    return { facts: { daemon, groups: groups.slice(0, GROUPS_MAX) } };
  },
});
