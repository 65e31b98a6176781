/** Cursor's agent: `cursor-agent -p`, after its documentation; it is not in a public registry. */
import type { AgentAdapter } from "./adapter.ts";
import { parseCursor } from "./cursor-stream.ts";
import { cleanEnvironment, option, permissionWord, unsupportedOf, type PermissionWords } from "./options.ts";
import { endOf } from "./parse/state.ts";
import type { AgentLaunch, AgentRequest } from "./request.ts";
import { versionIn } from "./version.ts";

const BYPASS = "force";

/** Without `--force` it proposes changes and makes none. */
const permissions: PermissionWords = { common: { plan: "plan", bypass: BYPASS }, own: ["ask", BYPASS] };

export const cursor: AgentAdapter = {
  name: "cursor",
  title: "Cursor Agent",
  program: "cursor-agent",
  versionArgs: ["--version"],
  parseVersion: versionIn,
  minVersion: "2025.10.01",
  install: "curl https://cursor.com/install -fsS | bash",
  login: {
    signs: [
      { type: "environment", name: "CURSOR_API_KEY" },
      { type: "file", path: "~/.config/cursor/auth.json" },
    ],
    hint: "Run `cursor-agent login`",
  },
  secretVariables: ["CURSOR_API_KEY"],
  unsupported: unsupportedOf("Cursor Agent", {
    lacks: ["budgetUsd", "maxTurns", "systemPrompt", "mcpConfig", "jsonSchema", "takesMessages"],
    permissions,
  }),
  launch,
  message: () => undefined,
  parse: parseCursor,
  ended: endOf,
};

function launch(request: AgentRequest): AgentLaunch {
  return {
    argv: [
      "cursor-agent",
      "-p",
      "--output-format=stream-json",
      ...option("--model", request.model),
      ...permission(permissionWord(permissions, request.permissionMode)),
      ...option("--resume", request.resume),
      ...(request.extraArgs ?? []),
    ],
    stdin: { type: "prompt" },
    environment: cleanEnvironment,
  };
}

function permission(word: string | undefined): readonly string[] {
  if (word === undefined || word === "default") return [];
  return word === BYPASS ? ["--force"] : option("--mode", word);
}
