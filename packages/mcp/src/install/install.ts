/** `claudine mcp install`: registers the server in the configuration of a tool. */
import { homedir } from "node:os";
import { ClaudineError, type ErrorCode } from "@claudine/protocol/errors";
import { CLIENTS, type ClientName, type McpClient } from "./clients.ts";
import type { Edit } from "./edit.ts";
import { type EntryInput, entryFor, warningFor } from "./entry.ts";
import { editJson } from "./json-edit.ts";
import { readIfThere, replaceFile } from "./replace-file.ts";
import { editToml } from "./toml-edit.ts";

export type InstallOptions = EntryInput & { client: ClientName; dryRun: boolean };

export type Installed = {
  client: ClientName;
  title: string;
  file: string;
  /** False when it was registered like this already. */
  changed: boolean;
  /** A copy of the file as it was. */
  backup: string | null;
  entry: Record<string, unknown>;
  /** Why this may not last. */
  warning: string | null;
  /** What is to be done next. */
  next: string;
};

/** The command line is another bundle, with another class of errors: it is told of a failure by data. */
export type Refused = { problem: { code: ErrorCode; message: string; hint: string | undefined } };

export function install(options: InstallOptions): Installed | Refused {
  try {
    return register(options);
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    const { code, message, hint } = error;
    return { problem: { code, message, hint } };
  }
}

/** @throws ClaudineError wrong_state when the file cannot be understood, permission */
function register({ client: name, dryRun, ...input }: InstallOptions): Installed {
  const client = CLIENTS[name];
  const file = client.file(input.env, input.env["HOME"] ?? homedir());
  const start = entryFor(input);
  const entry = client.entry(start);
  const before = readIfThere(file);
  const after = edited(client, before ?? "", { file, path: client.path, entry });
  const changed = after !== before;
  const backup = changed && !dryRun ? replaceFile(file, after) : null;
  const { title, next } = client;
  return { client: name, title, file, changed, backup, entry, warning: warningFor(start), next };
}

function edited({ format }: McpClient, text: string, edit: Edit): string {
  switch (format) {
    case "json":
    case "jsonc":
      return editJson(text, { ...edit, comments: format === "jsonc" });
    case "toml":
      return editToml(text, edit);
  }
}
