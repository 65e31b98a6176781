/** `claudine top`: the live screen, which is a program of its own and loaded for this verb alone. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
import { loadBundle } from "../load-bundle.ts";
import { printJson } from "../print.ts";

/** What the screen is told by the command line. */
type TopOptions = { socketPath: string; autostart: boolean; color: boolean; ascii?: boolean };

/** The export of the bundle. It resolves with the exit code when the person leaves. */
type TopModule = { runTop: (options: TopOptions) => Promise<number> };

export const top: Command = {
  name: "top",
  summary: "Watch and steer the tasks on a live screen",
  options: [{ name: "ascii", type: "boolean", describe: "Draw with ASCII characters only" }],
  examples: [["claudine top --json", "the machine's load and what every running task uses, once"]],
  async run(input, io) {
    if (flag(input, "json")) {
      const client = await io.connect();
      printJson(io, await client.call("host.read", {}));
      return 0;
    }
    if (!io.stdoutIsTty || !process.stdin.isTTY) {
      throw new ClaudineError("invalid_params", "Cannot show top: this is no terminal", {
        hint: "claudine list, or claudine top --json",
      });
    }
    const { runTop } = await loadBundle<TopModule>("show top", "claudine-top.mjs");
    return await runTop({
      socketPath: io.paths.socket,
      autostart: !flag(input, "no-autostart"),
      color: io.color,
      ...(flag(input, "ascii") ? { ascii: true } : {}),
    });
  },
};
