/** What a verb is: the table row that gives parsing, help and completion, and the function that runs it. */
import type { Paths } from "@claudine/protocol/paths";
import type { Client } from "../client.ts";

export type Option = {
  name: string;
  short?: string;
  type: "string" | "number" | "boolean" | "list";
  /** Of a number: the smallest. Numbers are whole. */
  least?: number;
  /** Of a string: it may be given without a value, and with one as `--name=value`. */
  optional?: boolean;
  /** The value's name in the help. */
  arg?: string;
  describe: string;
  choices?: readonly string[];
  /** What completion offers where other values are possible too; with `several`, joined by commas. */
  suggestions?: { words: readonly string[]; several?: boolean };
};

export type Positional = { name: string; describe: string; required?: boolean; many?: boolean };

type Described = {
  name: string;
  aliases?: readonly string[];
  summary: string;
  positional?: readonly Positional[];
  options: readonly Option[];
  /** Pairs of a command line and what it does. */
  examples?: readonly (readonly [string, string])[];
  /** From the first positional on, words are not options of Claudine. They arrive in `Input.rest`. */
  rest?: boolean;
  /** The first positional is a name, and options may follow it. */
  leads?: boolean;
  /** It tells of Node, or loads a bundle made for Node: the compiled client leaves it to Node. */
  inNode?: true;
};

export type Command = Described &
  (
    | {
        subcommands?: undefined;
        /** @returns the exit code */
        run(input: Input, io: Io): Promise<number>;
      }
    /** One of these must be named, unless it does something by itself. */
    | { subcommands: readonly Command[]; run?: (input: Input, io: Io) => Promise<number> }
  );

/** A command that does something. */
export type Runnable = Command & Required<Pick<Command, "run">>;

export type FlagValue = string | number | boolean | readonly string[];

export type Input = {
  /** The positional words. */
  args: readonly string[];
  /** The words after `--`, or from the first positional on for a command with `rest`. */
  rest: readonly string[];
  flags: Readonly<Record<string, FlagValue>>;
};

export type ConnectChoice = { autostart?: boolean };

export type Io = {
  /** Text to stdout, as it is: the caller ends lines. */
  out(text: string): void;
  /** Text to stderr, as it is. */
  err(text: string): void;
  /** Bytes to stdout or stderr; resolves when the other side has taken them. For streams of output. */
  write(to: "stdout" | "stderr", bytes: string | Uint8Array): Promise<void>;
  /** All of a file, or of standard input for `-`. */
  read(file: string): Promise<string>;
  stdoutIsTty: boolean;
  stderrIsTty: boolean;
  /** Columns of the terminal. */
  width: number;
  /** Colours are wanted on stdout. */
  color: boolean;
  env: NodeJS.ProcessEnv;
  /** Where everything lives, `--socket` already in it. */
  paths: Paths;
  /** Aborted by Ctrl-C. From the first call on Ctrl-C no longer ends the process by itself. */
  interrupt(): AbortSignal;
  /** Connects once; later calls give the same client. Closed when the verb ends. */
  connect(choice?: ConnectChoice): Promise<Client>;
};
