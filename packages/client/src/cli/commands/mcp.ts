/** `claudine mcp`: the server for tools that speak MCP, a program of its own that is loaded for this verb alone. */
import { ClaudineError, type ErrorCode } from "@claudine/protocol/errors";
import type { Command, Io } from "../command.ts";
import { flag, text } from "../input.ts";
import { loadBundle } from "../load-bundle.ts";
import { printJson, say } from "../print.ts";

type InstallOptions = {
  client: string;
  dryRun: boolean;
  program: string;
  env: NodeJS.ProcessEnv;
  socket: string | undefined;
};

type Installed = {
  title: string;
  file: string;
  changed: boolean;
  backup: string | null;
  warning: string | null;
  next: string;
};

type Refused = { problem: { code: ErrorCode; message: string; hint: string | undefined } };

/** The exports of the bundle. `serve` resolves with the exit code when the client is gone. */
type McpModule = {
  serve: (options: { socketPath: string; autostart: boolean }) => Promise<number>;
  install: (options: InstallOptions) => Installed | Refused;
};

const CLIENTS = ["claude", "codex", "gemini", "cursor"];

const load = (): Promise<McpModule> => loadBundle<McpModule>("serve MCP", "claudine-mcp.mjs");

const install: Command = {
  name: "install",
  inNode: true,
  summary: "Register the server with a tool, for all its projects",
  positional: [{ name: "TOOL", describe: CLIENTS.join(", "), required: true }],
  options: [{ name: "dry-run", type: "boolean", describe: "Say what would be done, and do nothing" }],
  examples: [["claudine mcp install claude --dry-run", "which file, and what would be in it"]],
  async run(input, io) {
    const [client = ""] = input.args;
    if (!CLIENTS.includes(client))
      throw new ClaudineError("invalid_params", `Cannot register with ${client}: the tools are ${CLIENTS.join(", ")}`, {
        hint: "Any other one can be told to start: claudine mcp",
      });
    const dryRun = flag(input, "dry-run");
    const socket = text(input, "socket") === undefined ? undefined : io.paths.socket;
    const program = process.argv[1] ?? "";
    const installed = (await load()).install({ client, dryRun, program, env: io.env, socket });
    if ("problem" in installed)
      throw new ClaudineError(installed.problem.code, installed.problem.message, installed.problem);
    if (flag(input, "json")) printJson(io, installed);
    else say(input, io, sentences(installed, dryRun));
    return 0;
  },
};

function sentences(installed: Installed, dryRun: boolean): string {
  return [whatWasDone(installed, dryRun), installed.warning ?? []].flat().join("\n");
}

function whatWasDone({ title, file, changed, backup, next }: Installed, dryRun: boolean): string {
  if (!changed) return `${title} has it already: ${file}`;
  if (dryRun) return `Would register with ${title}: ${file}`;
  const kept = backup === null ? "" : ` (as it was: ${backup})`;
  return `Registered with ${title}: ${file}${kept}\n${next}`;
}

export const mcp: Command = {
  name: "mcp",
  inNode: true,
  summary: "Serve coding agents and other clients of the Model Context Protocol on stdin and stdout",
  options: [],
  subcommands: [install],
  async run(input, io) {
    refuseTerminal(io);
    const { serve } = await load();
    return await serve({ socketPath: io.paths.socket, autostart: !flag(input, "no-autostart") });
  },
};

function refuseTerminal(io: Io): void {
  if (!process.stdin.isTTY && !io.stdoutIsTty) return;
  throw new ClaudineError("invalid_params", "Cannot serve MCP on a terminal: a client has to start this", {
    hint: "claudine mcp install claude registers it with Claude Code",
  });
}
