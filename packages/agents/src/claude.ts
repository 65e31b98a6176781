/** Claude Code: `claude -p` with a stream of JSON. */
import type { AgentAdapter } from "./adapter.ts";

export const claude: AgentAdapter = {
  name: "claude",
  title: "Claude Code",
  program: "claude",
  versionArgs: ["--version"],
  parseVersion: (text) => /\d+\.\d+\.\d+/.exec(text)?.[0],
  minVersion: "2.0.0",
  install: "npm install -g @anthropic-ai/claude-code",
  login: { signs: [], hint: "Start claude and enter /login" },
  secretVariables: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
  unsupported: () => undefined,
  launch: () => ({
    argv: ["claude", "-p", "--output-format", "stream-json", "--verbose"],
    stdin: { type: "prompt" },
    environment: { set: {}, unset: [] },
  }),
  message: (text) => JSON.stringify({ type: "user", message: { role: "user", content: [{ type: "text", text }] } }),
  parse: (state, line) => ({ state, events: [{ type: "ignored", why: "unknown", what: line.slice(0, 80) }] }),
  ended: () => [],
};
