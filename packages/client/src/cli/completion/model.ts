/** The command tables as completion sees them: what may stand where, and what kind of value. */
import { STATES } from "@claudine/protocol/states";
import type { Command, Option, Positional } from "../command.ts";
import { GLOBAL_OPTIONS } from "../global-options.ts";

/**
 * What a value is. `list` is words joined by commas, `task` is a selector, `group` and `schedule` names of those, `command` a command
 * line of the shell.
 */
export type Value =
  | { kind: "words" | "list"; words: readonly string[] }
  | { kind: "file" | "dir" | "task" | "group" | "schedule" | "command" | "text" };

export type OptionWord = {
  /** `--label` */
  long: string;
  /** `-l` */
  short: string | undefined;
  describe: string;
  /** Absent for a switch. */
  value: Value | undefined;
  /** The value's name in the help. */
  arg: string;
  repeats: boolean;
};

export type Word = { name: string; describe: string };

/** A verb or subcommand, or the command line itself with the empty path. */
export type Context = {
  /** `daemon stop` */
  path: string;
  /** Names and aliases of what can follow, each with the canonical path it leads to. */
  next: readonly (Word & { path: string })[];
  options: readonly OptionWord[];
  positional: (Word & { value: Value; many: boolean }) | undefined;
  /** From the first positional on, all words are a command line. */
  rest: boolean;
};

const SELECTOR_WORDS = ["all", "last", ...STATES];
const SIGNALS = ["TERM", "INT", "HUP", "QUIT", "KILL", "USR1", "USR2", "STOP", "CONT", "ABRT", "WINCH"];

export const TASK_WORDS: readonly string[] = SELECTOR_WORDS;

/** What prints the ids of the newest tasks and the names of the groups and schedules. A daemon is not started for it. */
export const PRINT_IDS = "claudine list --quiet --no-autostart --limit 100";
export const PRINT_GROUPS = "claudine groups --quiet --no-autostart";
export const PRINT_SCHEDULES = "claudine schedule list --quiet --no-autostart";

/** All contexts, the command line itself first. */
export function contexts(commands: readonly Command[]): Context[] {
  const root: Context = {
    path: "",
    next: nextWords("", commands),
    options: GLOBAL_OPTIONS.map(optionWord),
    positional: undefined,
    rest: false,
  };
  return [root, ...commands.flatMap((command) => contextsOf("", command))];
}

function contextsOf(before: string, command: Command): Context[] {
  const path = before === "" ? command.name : `${before} ${command.name}`;
  const subcommands = command.subcommands ?? [];
  const own: Context = {
    path,
    next: nextWords(path, subcommands),
    options: [...command.options, ...GLOBAL_OPTIONS].map(optionWord),
    positional: positionalOf(command),
    rest: isCommandLine(command),
  };
  return [own, ...subcommands.flatMap((subcommand) => contextsOf(path, subcommand))];
}

function nextWords(before: string, commands: readonly Command[]): Context["next"] {
  return commands.flatMap(({ name, aliases = [], summary }) =>
    [name, ...aliases].map((word) => ({
      name: word,
      describe: summary,
      path: before === "" ? name : `${before} ${name}`,
    })),
  );
}

function optionWord(option: Option): OptionWord {
  return {
    long: `--${option.name}`,
    short: option.short === undefined ? undefined : `-${option.short}`,
    describe: option.describe,
    value: option.type === "boolean" || option.optional === true ? undefined : optionValue(option),
    arg: option.arg ?? "value",
    repeats: option.type === "list",
  };
}

function optionValue({ name, arg = "", choices, suggestions }: Option): Value {
  if (choices !== undefined) return { kind: "words", words: choices };
  if (suggestions !== undefined)
    return { kind: suggestions.several === true ? "list" : "words", words: suggestions.words };
  if (/^(IDS|TASK)\b/.test(arg)) return { kind: "task" };
  if (/^(FILE|PATH)\b/.test(arg)) return { kind: "file" };
  if (/^DIR\b/.test(arg)) return { kind: "dir" };
  if (name === "group") return { kind: "group" };
  return name === "signal" ? { kind: "words", words: SIGNALS } : { kind: "text" };
}

/** A name that leads is followed by options. */
function isCommandLine({ rest, leads }: Command): boolean {
  return rest === true && leads !== true;
}

function positionalOf(command: Command): Context["positional"] {
  const [first] = command.positional ?? [];
  if (first === undefined) return undefined;
  const value: Value = isCommandLine(command) ? { kind: "command" } : positionalValue(first);
  return { name: first.name, describe: first.describe, value, many: first.many === true };
}

function positionalValue({ name }: Positional): Value {
  if (/^(selectors?|ids?|tasks?|other)$/i.test(name)) return { kind: "task" };
  if (/^group$/i.test(name)) return { kind: "group" };
  if (/^schedules?$/i.test(name)) return { kind: "schedule" };
  return { kind: /file|path/i.test(name) ? "file" : "text" };
}
