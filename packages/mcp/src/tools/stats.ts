/** The tool `stats`: what the runs of a time used together. */
import { METHODS } from "@claudine/protocol/methods";
import { defineTool } from "../tool.ts";

const ROWS_MAX = 30;

export const stats = defineTool({
  name: "stats",
  title: "Statistics of runs",
  method: "stats.read",
  also: "The last day unless told.",
  params: METHODS["stats.read"].params,
  does: "reads",
  async run({ client, signal }, args) {
    const { rows, more, ...rest } = await client.call("stats.read", args, { signal });
    const left = more + Math.max(0, rows.length - ROWS_MAX);
    // Hours are in their order: of these the newest count.
    const shown = args.by === "hour" ? rows.slice(-ROWS_MAX) : rows.slice(0, ROWS_MAX);
    return { facts: { ...rest, ...(args.by === undefined ? {} : { rows: shown, more: left }) } };
  },
});
