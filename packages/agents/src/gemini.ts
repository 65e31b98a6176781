/** Gemini CLI, without a terminal: it reads the prompt from standard input. */
import type { AgentAdapter } from "./adapter.ts";
import { parseGemini } from "./gemini-stream.ts";
import {
  bytesOf,
  cleanEnvironment,
  option,
  permissionWord,
  tooLongPrompt,
  unsupportedOf,
  type PermissionWords,
} from "./options.ts";
import { endOf } from "./parse/state.ts";
import type { AgentLaunch, AgentRequest } from "./request.ts";
import { versionIn } from "./version.ts";

const permissions: PermissionWords = {
  common: { "accept-edits": "auto_edit", plan: "plan", bypass: "yolo" },
  own: ["auto_edit", "yolo"],
};

const refused = unsupportedOf("Gemini CLI", {
  lacks: ["budgetUsd", "maxTurns", "systemPrompt", "mcpConfig", "jsonSchema", "takesMessages"],
  permissions,
});

export const gemini: AgentAdapter = {
  name: "gemini",
  title: "Gemini CLI",
  program: "gemini",
  versionArgs: ["--version"],
  parseVersion: versionIn,
  minVersion: "0.20.0",
  install: "npm install -g @google/gemini-cli",
  login: {
    signs: [
      { type: "environment", name: "GEMINI_API_KEY" },
      { type: "environment", name: "GOOGLE_API_KEY" },
      { type: "file", path: "~/.gemini/oauth_creds.json" },
    ],
    hint: "Start gemini and choose how to sign in, or set GEMINI_API_KEY",
  },
  secretVariables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  unsupported,
  launch,
  message: () => undefined,
  parse: parseGemini,
  ended: endOf,
};

/** What is beyond it drops without a word. */
const MAX_PROMPT_BYTES = 8 * 1024 * 1024;

function unsupported(request: AgentRequest): string | undefined {
  const length = bytesOf(request.prompt.text);
  return refused(request) ?? tooLongPrompt("Gemini CLI", { length, max: MAX_PROMPT_BYTES, unit: "bytes" });
}

function launch(request: AgentRequest): AgentLaunch {
  return {
    argv: [
      "gemini",
      "--output-format=stream-json",
      ...option("--model", request.model),
      ...option("--approval-mode", permissionWord(permissions, request.permissionMode)),
      ...option("--resume", request.resume),
      ...(request.extraArgs ?? []),
    ],
    stdin: { type: "prompt" },
    environment: cleanEnvironment,
  };
}
