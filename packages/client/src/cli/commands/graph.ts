/** `claudine graph`: which tasks wait for which. */
import type { Command } from "../command.ts";
import { dotOf } from "../graph/dot.ts";
import { treeOf } from "../graph/tree.ts";
import { flag } from "../input.ts";
import { printJson } from "../print.ts";

export const graph: Command = {
  name: "graph",
  summary: "Draw which tasks wait for which",
  positional: [
    {
      name: "TASK",
      describe: "With all that hangs together with it; all that wait for others unless told",
      many: true,
    },
  ],
  options: [{ name: "dot", type: "boolean", describe: "For Graphviz: claudine graph --dot | dot -Tsvg" }],
  examples: [["claudine graph 12", ""]],
  async run(input, io) {
    const client = await io.connect();
    const { tasks } = await client.call("task.graph", input.args.length === 0 ? {} : { selector: [...input.args] });
    if (flag(input, "json")) printJson(io, tasks);
    else if (flag(input, "quiet")) io.out(tasks.map(({ id }) => `${id}\n`).join(""));
    else if (flag(input, "dot")) io.out(dotOf(tasks));
    else if (tasks.length === 0) io.err("No task waits for another\n");
    else
      io.out(
        treeOf(tasks, io)
          .map((line) => `${line}\n`)
          .join(""),
      );
    return 0;
  },
};
