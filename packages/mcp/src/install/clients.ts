/** The tools that `claudine mcp install` knows, as data: where each keeps the servers of a user, and in what form. */
import { join } from "node:path";
import type { Entry } from "./entry.ts";

export type ClientName = "claude" | "codex" | "gemini" | "cursor";

export type McpClient = {
  /** For people. */
  title: string;
  file(env: NodeJS.ProcessEnv, homeDir: string): string;
  /** `json` allows no comments, as the tool itself does not. */
  format: "json" | "jsonc" | "toml";
  /** The keys that lead to the entry. */
  path: readonly [string, string];
  entry(entry: Entry): Record<string, unknown>;
  /** What makes a running one see it. */
  next: string;
};

const NAME = "claudine";
const plain = ({ command, args, env }: Entry): Record<string, unknown> => ({
  command,
  args: [...args],
  ...(Object.keys(env).length === 0 ? {} : { env }),
});

export const CLIENTS: Readonly<Record<ClientName, McpClient>> = {
  claude: {
    title: "Claude Code",
    file: (env, homeDir) => join(absolute(env["CLAUDE_CONFIG_DIR"]) ?? homeDir, ".claude.json"),
    format: "json",
    path: ["mcpServers", NAME],
    entry: (entry) => ({ type: "stdio", ...plain(entry) }),
    next: "claude mcp list shows it; a session that runs sees it after a restart",
  },
  codex: {
    title: "Codex",
    file: (env, homeDir) => join(absolute(env["CODEX_HOME"]) ?? join(homeDir, ".codex"), "config.toml"),
    format: "toml",
    path: ["mcp_servers", NAME],
    entry: plain,
    next: "codex mcp list shows it; a session that runs sees it after a restart",
  },
  gemini: {
    title: "Gemini CLI",
    file: (_, homeDir) => join(homeDir, ".gemini", "settings.json"),
    format: "jsonc",
    path: ["mcpServers", NAME],
    entry: plain,
    next: "gemini mcp list shows it; a session that runs sees it after a restart",
  },
  cursor: {
    title: "Cursor",
    file: (_, homeDir) => join(homeDir, ".cursor", "mcp.json"),
    format: "jsonc",
    path: ["mcpServers", NAME],
    entry: plain,
    next: "Cursor shows it in its settings under MCP",
  },
};

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") === true ? path : undefined;
}
