/** `claudine top`: the live screen, which is a program of its own and loaded for this verb alone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command } from "../command.ts";
import { flag } from "../input.ts";
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
    const { runTop } = await loadTop();
    return await runTop({
      socketPath: io.paths.socket,
      autostart: !flag(input, "no-autostart"),
      color: io.color,
      ...(flag(input, "ascii") ? { ascii: true } : {}),
    });
  },
};

async function loadTop(): Promise<TopModule> {
  const here = import.meta.dirname;
  // Beside this bundle; in the sources the built one is used.
  const file = [join(here, "claudine-top.mjs"), join(here, "../../../../../dist/claudine-top.mjs")].find((place) =>
    existsSync(place),
  );
  if (file === undefined)
    throw new ClaudineError("internal", `Cannot show top: ${join(here, "claudine-top.mjs")} is missing`, {
      hint: "Install claudine again",
    });
  return (await import(pathToFileURL(file).href)) as TopModule;
}
