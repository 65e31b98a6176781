/** `claudine mcp`: the server for tools that speak MCP, a program of its own that is loaded for this verb alone. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Command, Io } from "../command.ts";
import { flag } from "../input.ts";
import { loadBundle } from "../load-bundle.ts";

/** The exports of the bundle. `serve` resolves with the exit code when the client is gone. */
type McpModule = {
  serve: (options: { socketPath: string; autostart: boolean }) => Promise<number>;
};

const load = (): Promise<McpModule> => loadBundle<McpModule>("serve MCP", "claudine-mcp.mjs");

export const mcp: Command = {
  name: "mcp",
  summary: "Serve coding agents and other clients of the Model Context Protocol on stdin and stdout",
  options: [],
  subcommands: [],
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
