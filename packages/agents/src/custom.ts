/** An agent that is declared in the configuration. */
import type { AgentAdapter } from "./adapter.ts";
import { parseClaude } from "./claude-stream.ts";
import { endOfText, parseJsonl, parseText } from "./custom-stream.ts";
import { cleanEnvironment } from "./options.ts";
import { endOf } from "./parse/state.ts";
import type { AgentLaunch, AgentRequest, TextFile } from "./request.ts";
import { versionIn } from "./version.ts";

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

const ANY_VERSION = "0.0.0";

/** What is wrong with a declaration, as a sentence. */
export function wrongCustom(name: string, declared: CustomAgent): string | undefined {
  const namesFile = (declared.args ?? []).some((arg) => arg.includes("{prompt}"));
  if (declared.program.trim() === "") return `Agent ${name} names no program`;
  if (declared.prompt === "file" && !namesFile)
    return `Agent ${name} takes the prompt from a file, but no {prompt} is among its args`;
  if (declared.prompt !== "file" && namesFile)
    return `Agent ${name} has {prompt} among its args, so its prompt must be "file"`;
  const hasPaths = Object.values(declared.paths ?? {}).some((path) => path !== undefined);
  if (declared.output === "jsonl" && !hasPaths) return `Agent ${name} writes jsonl, but its paths name nothing in it`;
  if (declared.output !== "jsonl" && hasPaths) return `Agent ${name} has paths, so its output must be "jsonl"`;
  const { minVersion = ANY_VERSION } = declared;
  return versionIn(minVersion) === minVersion
    ? undefined
    : `Agent ${name} wants version "${minVersion}": write it like 1.2.3`;
}

export function customAgent(name: string, declared: CustomAgent): AgentAdapter {
  return {
    name,
    title: name,
    program: declared.program,
    versionArgs: declared.versionArgs ?? ["--version"],
    parseVersion: (text) => versionIn(text) ?? (declared.minVersion === undefined ? ANY_VERSION : undefined),
    minVersion: declared.minVersion ?? ANY_VERSION,
    install: "",
    login: { signs: [], hint: `See what ${declared.program} says about it` },
    secretVariables: [],
    unsupported: (request) => unsupported({ name, declared, request }),
    launch: (request) => launch(declared, request),
    message: () => undefined,
    ...streamOf(declared),
  };
}

function streamOf({ output = "text", paths = {} }: CustomAgent): Pick<AgentAdapter, "parse" | "ended"> {
  switch (output) {
    case "text":
      return { parse: parseText, ended: endOfText };
    case "claude-stream-json":
      return { parse: parseClaude, ended: endOf };
    case "jsonl":
      return { parse: parseJsonl(paths), ended: endOfText };
  }
}

const FIELDS = [
  "model",
  "permissionMode",
  "budgetUsd",
  "maxTurns",
  "systemPrompt",
  "mcpConfig",
  "jsonSchema",
  "resume",
] as const satisfies ReadonlyArray<keyof CustomOptions & keyof AgentRequest>;

function unsupported({ name, declared, request }: { name: string; declared: CustomAgent; request: AgentRequest }) {
  const lacking = FIELDS.find((field) => request[field] !== undefined && declared.options?.[field] === undefined);
  if (lacking !== undefined && !(lacking === "permissionMode" && request.permissionMode === "default")) {
    return `Agent ${name} declares no words for ${lacking} among its options`;
  }
  return request.takesMessages === true ? `Agent ${name} takes no messages while it runs` : undefined;
}

function launch(declared: CustomAgent, request: AgentRequest): AgentLaunch {
  const args = (declared.args ?? []).map((arg) => arg.replaceAll("{prompt}", () => request.prompt.path));
  const options = FIELDS.flatMap((field) => filled(declared.options?.[field] ?? [], request[field]));
  return {
    argv: [declared.program, ...args, ...options, ...(request.extraArgs ?? [])],
    stdin: { type: declared.prompt === "file" ? "nothing" : "prompt" },
    environment: { ...cleanEnvironment, set: declared.environment ?? {} },
  };
}

function filled(words: readonly string[], value: string | number | TextFile | undefined): readonly string[] {
  if (value === undefined) return [];
  const file = typeof value === "object" ? value : { path: String(value), text: String(value) };
  const filling: Readonly<Record<string, string>> = { "{}": file.path, "{path}": file.path, "{text}": file.text };
  return words.map((word) => word.replaceAll(/\{(?:path|text)?\}/g, (hole) => filling[hole] ?? hole));
}
