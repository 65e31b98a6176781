/** Claude Code: `claude -p`, told everything by JSON lines. */
import type { AgentAdapter } from "./adapter.ts";
import { parseClaude } from "./claude-stream.ts";
import {
  cleanEnvironment,
  option,
  permissionWord,
  tooLongForArgument,
  unsupportedOf,
  type PermissionWords,
} from "./options.ts";
import { endOf } from "./parse/state.ts";
import type { AgentLaunch, AgentRequest } from "./request.ts";
import { versionIn } from "./version.ts";

const permissions: PermissionWords = {
  common: { "accept-edits": "acceptEdits", plan: "plan", bypass: "bypassPermissions" },
  own: ["acceptEdits", "auto", "bypassPermissions", "dontAsk"],
};
const refused = unsupportedOf("Claude Code", { lacks: [], permissions });

export const claude: AgentAdapter = {
  name: "claude",
  title: "Claude Code",
  program: "claude",
  versionArgs: ["--version"],
  parseVersion: versionIn,
  minVersion: "2.1.50",
  install: "npm install -g @anthropic-ai/claude-code",
  login: {
    signs: [
      { type: "environment", name: "ANTHROPIC_API_KEY" },
      { type: "environment", name: "ANTHROPIC_AUTH_TOKEN" },
      { type: "environment", name: "CLAUDE_CODE_OAUTH_TOKEN" },
      { type: "environment", name: "CLAUDE_CODE_USE_BEDROCK" },
      { type: "environment", name: "CLAUDE_CODE_USE_VERTEX" },
      {
        type: "file",
        path: "~/.claude/.credentials.json",
        relocatedBy: { variable: "CLAUDE_CONFIG_DIR", path: ".credentials.json" },
      },
      { type: "command", args: ["auth", "status"], no: 1 },
    ],
    hint: "Run `claude auth login`",
  },
  secretVariables: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
  unsupported: (request) => refused(request) ?? tooLongForArgument("JSON schema", request.jsonSchema?.text),
  launch,
  message: userLine,
  parse: parseClaude,
  ended: endOf,
};

function launch(request: AgentRequest): AgentLaunch {
  const messages = request.takesMessages === true;
  return {
    argv: [
      "claude",
      "-p",
      "--output-format=stream-json",
      "--verbose",
      ...(messages ? ["--input-format=stream-json", "--replay-user-messages"] : []),
      ...option("--model", request.model),
      ...option("--permission-mode", permissionWord(permissions, request.permissionMode)),
      ...option("--max-budget-usd", request.budgetUsd),
      ...option("--max-turns", request.maxTurns),
      ...option("--append-system-prompt-file", request.systemPrompt?.path),
      ...option("--mcp-config", request.mcpConfig),
      ...option("--json-schema", request.jsonSchema?.text),
      ...option("--resume", request.resume),
      ...(request.extraArgs ?? []),
    ],
    stdin: messages ? { type: "lines", first: userLine(request.prompt.text) } : { type: "prompt" },
    environment: cleanEnvironment,
  };
}

function userLine(text: string): string {
  return JSON.stringify({ type: "user", message: { role: "user", content: [{ type: "text", text }] } });
}
