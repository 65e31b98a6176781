/** Turns the words of a command line into the input of a verb, by the verb's option table. */
import type { Command, Input, Runnable } from "./command.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";
import { type Flags, type Problem, type Split, splitWords } from "./split-words.ts";

/** What is wrong with a command line. */
export type UsageProblem = Problem & {
  /** The commands that lead there, outermost first. */
  path: readonly Command[];
};

export type Parsed =
  | { kind: "run"; command: Runnable; input: Input }
  | { kind: "help"; path: readonly Command[] }
  | { kind: "usage"; problem: UsageProblem };

/** Parses what follows a verb. `before` holds the options given before the verb. */
export function parseCommand(command: Command, words: readonly string[], before: Flags = {}): Parsed {
  return descend([command], words, before);
}

function descend(path: readonly Command[], words: readonly string[], before: Flags): Parsed {
  const command = path.at(-1);
  if (command === undefined) throw new TypeError("no command");
  const { subcommands } = command;
  const nested = subcommands !== undefined;
  const split = splitAll(command, words);
  if (split.kind === "usage") return { kind: "usage", problem: { ...split.problem, path } };
  const flags = { ...before, ...split.words.flags };
  if (nested && split.words.rest[0] !== undefined) return descendTo(path, split.words.rest, flags);
  if (flags["help"] === true) return { kind: "help", path };
  if (!isRunnable(command))
    return { kind: "usage", problem: { message: needsOneOf(command.name, subcommands ?? []), path } };
  const { args, rest } = split.words;
  const problem = positionalProblem(command, args);
  if (problem !== undefined) return { kind: "usage", problem: { message: problem, path } };
  return { kind: "run", command, input: { args, rest, flags } };
}

/** A name that leads is taken out, and the options before and after it are put together. */
function splitAll(command: Command, words: readonly string[]): Split {
  const options = [...command.options, ...GLOBAL_OPTIONS];
  const stops = command.subcommands !== undefined || command.rest === true;
  const split = splitWords(options, words, stops);
  if (command.leads !== true || split.kind === "usage") return split;
  const [name, ...others] = split.words.rest;
  if (name === undefined) return split;
  const after = splitWords(options, others, true);
  if (after.kind === "usage") return after;
  const flags = { ...split.words.flags, ...after.words.flags };
  for (const [key, value] of Object.entries(split.words.flags)) {
    const more = after.words.flags[key];
    if (typeof value === "object" && typeof more === "object") flags[key] = [...value, ...more];
  }
  return { kind: "words", words: { flags, args: [name], rest: after.words.rest } };
}

function descendTo(path: readonly Command[], [word = "", ...words]: readonly string[], flags: Flags): Parsed {
  const command = path.at(-1);
  const subcommands = command?.subcommands ?? [];
  const found = findCommand(subcommands, word);
  if (found !== undefined) return descend([...path, found], words, flags);
  const known = subcommands.map(({ name }) => name);
  const message = `"${word}" is not something ${command?.name} can do; it can: ${known.join(", ")}`;
  return { kind: "usage", problem: { message, unknown: { word, known }, path } };
}

function isRunnable(command: Command): command is Runnable {
  return command.run !== undefined;
}

function needsOneOf(name: string, subcommands: readonly Command[]): string {
  return `${name} needs to be told what to do: ${subcommands.map((one) => one.name).join(", ")}`;
}

export function findCommand(commands: readonly Command[], word: string): Command | undefined {
  return commands.find(({ name, aliases }) => name === word || aliases?.includes(word) === true);
}

function positionalProblem(
  { name, positional = [], rest, leads }: Command,
  args: readonly string[],
): string | undefined {
  if (rest === true && leads !== true) return undefined;
  const missing = positional.find((one, index) => one.required === true && args[index] === undefined);
  if (missing !== undefined) return `${name} needs ${missing.name}: ${missing.describe}`;
  const extra = positional.some(({ many }) => many === true) ? undefined : args[positional.length];
  return extra === undefined ? undefined : `${name} does not take "${extra}"`;
}
