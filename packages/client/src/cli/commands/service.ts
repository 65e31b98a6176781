/** `claudine service`: has the system start the daemon. */
import type { Command, Input } from "../command.ts";
import { flag } from "../input.ts";

const DRY_RUN = { name: "dry-run", type: "boolean", describe: "Say what would be done, and do nothing" } as const;

const install: Command = {
  name: "install",
  inNode: true,
  summary: "Start the daemon at login, or at boot with linger",
  options: [{ name: "print", type: "boolean", describe: "Print the service files, and do nothing" }, DRY_RUN],
  examples: [["claudine service install --print", "read the service files first"]],
  run: async (input, io) =>
    (await import("./service-run.ts")).runInstall(
      { print: flag(input, "print"), dryRun: flag(input, "dry-run"), ...shape(input) },
      io,
    ),
};

const uninstall: Command = {
  name: "uninstall",
  summary: "Take the service back; tasks and their history stay",
  options: [DRY_RUN],
  run: async (input, io) =>
    (await import("./service-run.ts")).runUninstall({ dryRun: flag(input, "dry-run"), ...shape(input) }, io),
};

const status: Command = {
  name: "status",
  summary: "Show whether the service is installed, enabled and running",
  options: [],
  run: async (input, io) => (await import("./service-run.ts")).runStatus(shape(input), io),
};

export const service: Command = {
  name: "service",
  summary: "Install the daemon as a service of the user",
  options: [],
  subcommands: [install, uninstall, status],
};

function shape(input: Input): { json: boolean; quiet: boolean } {
  return { json: flag(input, "json"), quiet: flag(input, "quiet") };
}
