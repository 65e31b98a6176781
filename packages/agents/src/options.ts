/** What the launch of every tool does alike. */
import { NESTING_VARIABLES } from "./nesting.ts";
import { PERMISSION_MODES, type AgentLaunch, type AgentRequest, type PermissionMode } from "./request.ts";

/** `=` keeps a value that begins with a dash from being an option, and an option with several values from taking more. */
export function option(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}=${value}`];
}

export const cleanEnvironment: AgentLaunch["environment"] = { set: {}, unset: NESTING_VARIABLES };

/** A tool's twins of the common words, and the words of its own. */
export interface PermissionWords {
  readonly common: Readonly<Partial<Record<PermissionMode, string>>>;
  readonly own: readonly string[];
}

/** Undefined for the tool's default, and for what it has no word for. */
export function permissionWord(words: PermissionWords, mode: string | undefined): string | undefined {
  const common = PERMISSION_MODES.find((known) => known === mode);
  return common === undefined ? mode : words.common[common];
}

/** Field of a request, and the option of the command line that asks for it. */
const OPTIONS = {
  budgetUsd: "--budget",
  maxTurns: "--max-turns",
  systemPrompt: "--system-prompt",
  mcpConfig: "--mcp-config",
  jsonSchema: "--json-schema",
  takesMessages: "messages while it runs",
} as const;

export interface Refusals {
  /** What the tool has nothing for. */
  readonly lacks: ReadonlyArray<keyof typeof OPTIONS>;
  readonly permissions: PermissionWords;
}

export function unsupportedOf(title: string, { lacks, permissions }: Refusals) {
  return (request: AgentRequest): string | undefined => {
    const lacking = lacks.find((field) => request[field] !== undefined && request[field] !== false);
    if (lacking !== undefined) return `${title} has nothing for ${OPTIONS[lacking]}`;
    const mode = request.permissionMode;
    if (mode === undefined || mode === "default" || permissions.own.includes(mode)) return undefined;
    if (permissionWord(permissions, mode) !== undefined && isCommon(mode)) return undefined;
    const has = [
      ...PERMISSION_MODES.filter((known) => known === "default" || permissions.common[known]),
      ...permissions.own,
    ];
    return `${title} has no permission mode ${mode}; it has ${has.join(", ")}`;
  };
}

function isCommon(mode: string): boolean {
  return PERMISSION_MODES.some((known) => known === mode);
}

/** Linux takes at most 128 KiB in one argument, and the name of the option is in it too. */
const MAX_ARGUMENT_BYTES = 128_000;

export function tooLongForArgument(name: string, text: string | undefined): string | undefined {
  const bytes = bytesOf(text ?? "");
  if (bytes <= MAX_ARGUMENT_BYTES) return undefined;
  return `The ${name} has ${bytes} bytes: it goes on the command line, where at most ${MAX_ARGUMENT_BYTES} fit`;
}

interface Length {
  readonly length: number;
  readonly max: number;
  readonly unit: "bytes" | "characters";
}

export function tooLongPrompt(title: string, { length, max, unit }: Length): string | undefined {
  return length <= max ? undefined : `The prompt has ${length} ${unit}: ${title} takes at most ${max}`;
}

export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
