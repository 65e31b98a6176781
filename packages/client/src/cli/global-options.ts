/** The options that every verb has. */
import type { Option } from "./command.ts";

export const GLOBAL_OPTIONS: readonly Option[] = [
  { name: "json", type: "boolean", describe: "Print JSON" },
  { name: "quiet", short: "q", type: "boolean", describe: "Print ids only, or nothing" },
  { name: "no-autostart", type: "boolean", describe: "Do not start the daemon when none runs" },
  { name: "socket", type: "string", arg: "PATH", describe: "Socket of the daemon" },
  { name: "no-color", type: "boolean", describe: "No colours" },
  { name: "help", short: "h", type: "boolean", describe: "Show help" },
];
