/** Runs verbs for the palette of `claudine top`: the same table, with the screen in the place of the terminal. */
import type { Paths } from "@claudine/protocol/paths";
import type { Client } from "../client.ts";
import type { Command, Io, Option } from "./command.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";
import { flag } from "./input.ts";
import { findCommand, parseCommand, type Parsed } from "./parse.ts";
import { ClaudineError } from "@claudine/protocol/errors";

export type ScreenTarget = { write(text: string): void; signal: AbortSignal; width: number };
export type ScreenVerb = {
  name: string;
  summary: string;
  takesTasks: boolean;
  reads: boolean;
  /** Always, or with one of these words. */
  ownsTerminal: boolean | readonly string[];
  /** Options that take the next word as their value. */
  valued: readonly string[];
};

/** Those that change nothing, whatever their options. */
const READING: ReadonlySet<string> = new Set([
  "list",
  "show",
  "explain",
  "graph",
  "logs",
  "follow",
  "wait",
  "groups",
  "events",
  "version",
  "stats",
  "history",
  "search",
  "metrics",
]);

/** They open an editor, some of them only when they are told to. */
const EDITING: Readonly<Record<string, true | readonly string[]>> = {
  edit: true,
  agent: true,
  continue: true,
  retry: ["-e", "--edit"],
};

/** All but the screen itself. */
export function screenVerbs(commands: readonly Command[]): ScreenVerb[] {
  return commands
    .filter(({ name }) => name !== "top")
    .map(({ name, summary, positional, options }) => ({
      name,
      summary,
      takesTasks: name !== "list" && positional?.[0]?.name === "TASK",
      reads: READING.has(name),
      ownsTerminal: EDITING[name] ?? false,
      valued: [...options, ...GLOBAL_OPTIONS].flatMap(wordsWithValue),
    }));
}

function wordsWithValue({ name, short, type, optional }: Option): string[] {
  if (type === "boolean" || optional === true) return [];
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

/** @returns the exit code */
export async function runForScreen(
  commands: readonly Command[],
  line: readonly string[],
  { io, to }: { io: Io; to: ScreenTarget },
): Promise<number> {
  const [verb = "", ...words] = line;
  const command = findCommand(commands, verb);
  if (command === undefined || command.name === "top") {
    to.write(`There is no verb "${verb}" here\n`);
    return 2;
  }
  return runParsed(parseCommand(command, words), new ScreenIo(io, to));
}

async function runParsed(parsed: Parsed, io: ScreenIo): Promise<number> {
  switch (parsed.kind) {
    case "help": {
      const { helpText } = await import("./full.ts");
      io.out(`${await helpText(parsed.path, io.width)}\n`);
      return 0;
    }
    case "usage":
      io.err(`${parsed.problem.message}\n`);
      return 2;
    case "run": {
      try {
        return await parsed.command.run(parsed.input, io);
      } catch (error) {
        const { reportError } = await import("./report-error.ts");
        return reportError(error, flag(parsed.input, "json") ? { ...parsed.input, flags: {} } : parsed.input, io);
      }
    }
  }
}

/** Everything that is printed goes to the screen; nobody types. */
class ScreenIo implements Io {
  readonly #io: Io;
  readonly #to: ScreenTarget;
  readonly stdoutIsTty = false;
  readonly stderrIsTty = false;
  readonly color: boolean;
  readonly width: number;
  readonly env: NodeJS.ProcessEnv;
  readonly paths: Paths;

  constructor(io: Io, to: ScreenTarget) {
    this.#io = io;
    this.#to = to;
    this.color = io.color;
    this.width = to.width - 4;
    this.env = io.env;
    this.paths = io.paths;
  }

  out(text: string): void {
    this.#to.write(text);
  }

  err(text: string): void {
    this.#to.write(text);
  }

  write(_to: "stdout" | "stderr", bytes: string | Uint8Array): Promise<void> {
    this.#to.write(typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8"));
    return Promise.resolve();
  }

  read(file: string): Promise<string> {
    if (file !== "-") return this.#io.read(file);
    return Promise.reject(
      new ClaudineError("invalid_params", "Cannot read standard input: the screen has it", { hint: "Use a shell" }),
    );
  }

  interrupt(): AbortSignal {
    return this.#to.signal;
  }

  connect(): Promise<Client> {
    return this.#io.connect();
  }
}
