/** What is asked of a coding agent, in words that mean the same for every tool. */

/** A text that is also in a file only the user can read: tools differ in which of the two they take. */
export interface TextFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Words that every tool has a twin of; a tool's own words are passed on as they are. */
export const PERMISSION_MODES = ["default", "accept-edits", "plan", "bypass"] as const;
export type PermissionMode = (typeof PERMISSION_MODES)[number];

export interface AgentRequest {
  readonly prompt: TextFile;
  readonly model?: string | undefined;
  /** One of PERMISSION_MODES, or a word of the tool's own. */
  readonly permissionMode?: string | undefined;
  readonly budgetUsd?: number | undefined;
  readonly maxTurns?: number | undefined;
  /** Added to the tool's own system prompt. */
  readonly systemPrompt?: TextFile | undefined;
  /** Path of a JSON file with `mcpServers`. */
  readonly mcpConfig?: string | undefined;
  /** JSON Schema of the final answer. */
  readonly jsonSchema?: TextFile | undefined;
  /** Id of a session to go on with. */
  readonly resume?: string | undefined;
  /** Standard input stays open for further messages. */
  readonly takesMessages?: boolean | undefined;
  /** Handed to the tool as they are, after its other options. */
  readonly extraArgs?: readonly string[] | undefined;
}

/** What standard input is: never a terminal. */
export type AgentStdin =
  | { readonly type: "nothing" }
  /** The prompt as it is in its file, then the end. */
  | { readonly type: "prompt" }
  /** This line, a newline, and it stays open for lines of `message`. */
  | { readonly type: "lines"; readonly first: string };

export interface AgentLaunch {
  /** The program first; found in PATH by who starts it. Never holds the prompt. */
  readonly argv: readonly string[];
  readonly stdin: AgentStdin;
  readonly environment: {
    readonly set: Readonly<Record<string, string>>;
    readonly unset: readonly string[];
  };
}
