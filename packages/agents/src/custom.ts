/** An agent that is declared in the configuration. */
import type { AgentAdapter } from "./adapter.ts";
import { claude } from "./claude.ts";

/** Words put in for a request's field; `{}` stands for its value, `{text}` and `{path}` for those of a text. */
export interface CustomOptions {
  readonly model?: readonly string[] | undefined;
  readonly permissionMode?: readonly string[] | undefined;
  readonly budgetUsd?: readonly string[] | undefined;
  readonly maxTurns?: readonly string[] | undefined;
  readonly systemPrompt?: readonly string[] | undefined;
  readonly mcpConfig?: readonly string[] | undefined;
  readonly jsonSchema?: readonly string[] | undefined;
  readonly resume?: readonly string[] | undefined;
}

/** Where in a line's JSON things are, as dotted paths like `item.text`; a line may have several of them, or none. */
export interface JsonlPaths {
  readonly session?: string | undefined;
  readonly model?: string | undefined;
  readonly text?: string | undefined;
  readonly toolName?: string | undefined;
  readonly toolInput?: string | undefined;
  readonly result?: string | undefined;
  readonly error?: string | undefined;
  readonly inputTokens?: string | undefined;
  readonly outputTokens?: string | undefined;
  readonly costUsd?: string | undefined;
}

export interface CustomAgent {
  readonly program: string;
  /** Before the options; `{prompt}` is the path of the prompt's file. */
  readonly args?: readonly string[] | undefined;
  /** Those that are not named here cannot be asked of it. */
  readonly options?: CustomOptions | undefined;
  /** `stdin` unless said; `file` when `{prompt}` stands among the args. */
  readonly prompt?: "stdin" | "file" | undefined;
  /** `text` unless said: the whole output is the answer. */
  readonly output?: "text" | "claude-stream-json" | "jsonl" | undefined;
  readonly paths?: JsonlPaths | undefined;
  readonly versionArgs?: readonly string[] | undefined;
  readonly minVersion?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** What is wrong with a declaration, as a sentence. */
export function wrongCustom(_name: string, _declared: CustomAgent): string | undefined {
  return undefined;
}

export function customAgent(name: string, declared: CustomAgent): AgentAdapter {
  return { ...claude, name, title: name, program: declared.program };
}
