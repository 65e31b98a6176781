/** Help and usage errors, by yargs from the tables of the verbs. Only loaded when somebody asks or errs. */
import { safeJson } from "@claudine/protocol/text";
import yargs, { type Argv, type Options } from "yargs";
import type { Command, Option } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";
import { nearest } from "./nearest.ts";
import type { UsageProblem } from "./parse.ts";
import { watched } from "./process-io.ts";
import { problemLine } from "./print.ts";

const USAGE_EXIT = 2;
const WIDEST = 100;

/** Prints the help of a verb, or of everything for an empty path. @returns the exit code */
export async function showHelp(path: readonly Command[]): Promise<number> {
  const text = await helpText(path, process.stdout.columns);
  // Ended here, as a file that takes nothing says so a little later.
  await new Promise<void>((resolve) => watched(process.stdout).write(`${text}\n`, () => setImmediate(resolve)));
  return 0;
}

/** Prints what is wrong and what was probably meant. @returns the exit code */
export function showProblem({ message, unknown, path }: UsageProblem, json: boolean): number {
  const guess = unknown === undefined ? undefined : nearest(unknown.word.slice(0, 100), unknown.known);
  const help = `${["claudine", ...path.map(({ name }) => name)].join(" ")} --help`;
  const hint = guess === undefined ? help : `Did you mean ${guess}? See ${help}`;
  process.stderr.write(
    json
      ? `${safeJson({ error: { code: "invalid_params", message, hint } })}\n`
      : `claudine: ${problemLine(message)}\n  hint: ${problemLine(hint)}\n`,
  );
  return USAGE_EXIT;
}

export async function helpText(path: readonly Command[], columns = 80): Promise<string> {
  const script = ["claudine", ...path.map(({ name }) => name)].join(" ");
  const parser = yargs([]).scriptName(script).help(false).version(false).wrap(Math.min(columns, WIDEST));
  const command = path.at(-1);
  return (command === undefined ? describeAll(parser) : describeOne(parser, path, command)).getHelp();
}

function describeAll(parser: Argv): Argv {
  parser.usage(
    "claudine [VERB]\n\nRuns your tasks in the background and loses none of them.\nWithout a verb it lists the tasks.",
  );
  addCommands(parser, COMMANDS);
  addOptions(parser, GLOBAL_OPTIONS, "On every verb:");
  return parser.epilogue(
    "claudine VERB --help says more. Exit codes: 0 done, 1 not as wished, 2 wrong usage, 69 no daemon, 130 Ctrl-C;\nsubmit --wait, submit --follow and follow exit as the task did.",
  );
}

function describeOne(parser: Argv, path: readonly Command[], command: Command): Argv {
  const words = [
    "claudine",
    ...path.map(({ name }) => name),
    ...whatWord(command),
    "[options]",
    ...positionalWords(command),
  ];
  const aliases = (command.aliases ?? []).length === 0 ? "" : `\nAlso: ${command.aliases?.join(", ")}`;
  const places = (command.positional ?? []).map(({ name, describe }) => `\n  ${name}  ${describe}`).join("");
  parser.usage(`${words.join(" ")}\n\n${command.summary}${aliases}${places === "" ? "" : `\n${places}`}`);
  addCommands(parser, command.subcommands ?? []);
  const own = new Set(command.options.map(({ name }) => name));
  addOptions(parser, command.options, "Options:");
  addOptions(
    parser,
    GLOBAL_OPTIONS.filter(({ name }) => !own.has(name)),
    "On every verb:",
  );
  for (const [line, what] of command.examples ?? []) parser.example(line, what);
  return parser;
}

function whatWord({ subcommands, run }: Command): string[] {
  if (subcommands === undefined) return [];
  return [run === undefined ? "WHAT" : "[WHAT]"];
}

function positionalWords({ positional = [], rest }: Command): string[] {
  const words = positional.map(({ name, required, many }) => {
    const word = many === true ? `${name}…` : name;
    return required === true ? word : `[${word}]`;
  });
  return rest === true ? ["[--]", ...words] : words;
}

function addCommands(parser: Argv, commands: readonly Command[]): void {
  for (const { name, aliases = [], summary } of commands) parser.command([name, ...aliases], summary);
}

function addOptions(parser: Argv, options: readonly Option[], title: string): void {
  for (const option of options) parser.option(option.name, shapeOf(option));
  parser.group(
    options.map(({ name }) => name),
    title,
  );
}

function shapeOf(option: Option): Options {
  const { short, describe, choices, arg } = option;
  const value = arg === undefined ? "" : option.optional === true ? `[=${arg}]: ` : `${arg}: `;
  return {
    describe: value + describe,
    ...(short === undefined ? {} : { alias: short }),
    ...(choices === undefined ? {} : { choices }),
  };
}
