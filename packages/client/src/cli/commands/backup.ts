/** `claudine backup`: copies the store while the daemon works on. */
import { resolve } from "node:path";
import { formatBytes } from "@claudine/protocol/units";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson, say } from "../print.ts";

export const backup: Command = {
  name: "backup",
  summary: "Copy tasks, runs and journal into one new file, while everything goes on; not the tasks' output",
  positional: [{ name: "file", describe: "The new file", required: true }],
  options: [],
  examples: [["claudine backup ~/tasks.backup", "`claudine restore` takes it back"]],
  async run(input, io) {
    const client = await io.connect();
    const written = await client.call("store.backup", { path: resolve(input.args[0] ?? "") });
    if (flag(input, "json")) printJson(io, written);
    else say(input, io, `Wrote ${written.path} (${formatBytes(written.bytes)})`);
    return 0;
  },
};
