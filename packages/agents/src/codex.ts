/** Codex: `codex exec --json`, which answers one prompt and ends. */
import type { AgentAdapter } from "./adapter.ts";
import { parseCodex } from "./codex-stream.ts";
import {
  cleanEnvironment,
  option,
  permissionWord,
  tooLongForArgument,
  tooLongPrompt,
  unsupportedOf,
  type PermissionWords,
} from "./options.ts";
import { endOf } from "./parse/state.ts";
import type { AgentLaunch, AgentRequest } from "./request.ts";
import { versionIn } from "./version.ts";

const BYPASS = "bypass";

/** The words are of its sandbox: nobody is there whom it could ask. */
const permissions: PermissionWords = {
  common: { "accept-edits": "workspace-write", plan: "read-only", bypass: BYPASS },
  own: ["read-only", "workspace-write", "danger-full-access"],
};
const refused = unsupportedOf("Codex", {
  lacks: ["budgetUsd", "maxTurns", "mcpConfig", "takesMessages"],
  permissions,
});

export const codex: AgentAdapter = {
  name: "codex",
  title: "Codex",
  program: "codex",
  versionArgs: ["--version"],
  parseVersion: versionIn,
  minVersion: "0.80.0",
  install: "npm install -g @openai/codex",
  login: {
    signs: [
      { type: "environment", name: "CODEX_API_KEY" },
      { type: "file", path: "~/.codex/auth.json", relocatedBy: { variable: "CODEX_HOME", path: "auth.json" } },
      { type: "command", args: ["login", "status"], no: 1 },
    ],
    hint: "Run `codex login`",
  },
  secretVariables: ["CODEX_API_KEY", "OPENAI_API_KEY", "CODEX_ACCESS_TOKEN"],
  unsupported,
  launch,
  message: () => undefined,
  parse: parseCodex,
  ended: endOf,
};

/** It counts characters, and refuses what is longer. */
const MAX_PROMPT_CHARS = 1_048_576;

function unsupported(request: AgentRequest): string | undefined {
  return (
    refused(request) ??
    tooLongForArgument("system prompt", request.systemPrompt?.text) ??
    tooLongPrompt("Codex", { length: request.prompt.text.length, max: MAX_PROMPT_CHARS, unit: "characters" })
  );
}

function launch(request: AgentRequest): AgentLaunch {
  const { resume, systemPrompt } = request;
  return {
    argv: [
      "codex",
      "exec",
      "--json",
      ...option("--model", request.model),
      ...permission(permissionWord(permissions, request.permissionMode)),
      // A string of JSON is one of TOML too.
      ...(systemPrompt === undefined ? [] : ["-c", `developer_instructions=${JSON.stringify(systemPrompt.text)}`]),
      ...option("--output-schema", request.jsonSchema?.path),
      ...(request.extraArgs ?? []),
      // After the options: in older versions it has none of its own.
      ...(resume === undefined ? [] : ["resume", resume]),
      "-",
    ],
    stdin: { type: "prompt" },
    environment: cleanEnvironment,
  };
}

/** By `-c`, as `resume` has no --sandbox. */
function permission(word: string | undefined): readonly string[] {
  if (word === undefined || word === "default") return [];
  if (word === BYPASS) return ["--dangerously-bypass-approvals-and-sandbox"];
  return ["-c", `sandbox_mode=${JSON.stringify(word)}`];
}
