/** `claudine metrics`: figures for Prometheus. */
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { printJson } from "../print.ts";

export const metrics: Command = {
  name: "metrics",
  summary: "Print metrics as Prometheus reads them; `metrics.listen` in the configuration serves them over HTTP",
  options: [],
  async run(input, io) {
    const client = await io.connect();
    const found = await client.call("metrics.read", {});
    if (flag(input, "json")) printJson(io, found);
    else if (!flag(input, "quiet")) io.out(found.text);
    return 0;
  },
};
