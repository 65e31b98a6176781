/** The lean entry of the command line: `submit` is here, every other verb is loaded when it is asked for. */
import type { Command, Option } from "./command.ts";
import { submit } from "./commands/submit.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";
import { findCommand, parseCommand, type Parsed } from "./parse.ts";
import { mayBeReplaced } from "./replaced.ts";
import { runCommand } from "./run-command.ts";
import { type Flags, splitWords } from "./split-words.ts";

/** What `claudine` alone does. */
const DEFAULT_VERB = "list";
const VERSION: Option = { name: "version", short: "V", type: "boolean", describe: "The version" };

// A bug gets one line, too.
process.once("uncaughtException", (error) => {
  process.stderr.write(`claudine: Internal error: ${String(error)}\n`, () => process.exit(70));
});
void main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<void> {
  const parsed = await parse(words);
  if (parsed.kind === "run") return runCommand(parsed.command, parsed.input);
  const { showHelp, showProblem } = await import("./full.ts");
  process.exitCode =
    parsed.kind === "help" ? await showHelp(parsed.path) : showProblem(parsed.problem, words.includes("--json"));
}

async function parse(words: readonly string[]): Promise<Parsed> {
  if (words.some(mayBeReplaced)) {
    const { changedArgument } = await import("./not-utf8.ts");
    const changed = changedArgument(words.length);
    if (changed !== undefined) return { kind: "usage", problem: { message: notText(changed), path: [] } };
  }
  const [first] = words;
  const direct = first === undefined ? undefined : findCommand([submit], first);
  if (direct !== undefined) return parseCommand(direct, words.slice(1));
  const { COMMANDS } = await import("./verbs.ts");
  return parseAny(COMMANDS, words);
}

/** Another file would be meant by what is left of it. */
function notText(argument: string): string {
  return `Cannot take the argument ${argument}: it is not UTF-8`;
}

type Line = { verb: string; words: readonly string[]; flags?: Flags };

function parseAny(commands: readonly Command[], words: readonly string[]): Parsed {
  const head = splitWords([...GLOBAL_OPTIONS, VERSION], words, true);
  // An option that is not of every verb, and no verb: it is for the default one.
  if (head.kind === "usage") return parseLine(commands, { verb: DEFAULT_VERB, words });
  const {
    flags,
    rest: [verb, ...rest],
  } = head.words;
  if (flags["version"] === true) return parseLine(commands, { verb: "version", words: [] });
  if (verb !== undefined) return parseLine(commands, { verb, words: rest, flags });
  if (flags["help"] === true) return { kind: "help", path: [] };
  return parseLine(commands, { verb: DEFAULT_VERB, words: [], flags: { ...flags, alone: true } });
}

/** What other tools call it; the nearest word would be another one. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["run", "submit"],
  ["exec", "submit"],
  ["stop", "kill"],
  ["restart", "retry"],
  ["delete", "remove"],
  ["stash", "hold"],
  ["tail", "follow"],
]);

function parseLine(commands: readonly Command[], { verb, words, flags }: Line): Parsed {
  if (verb === "help") return parseHelp(commands, words);
  const command = findCommand(commands, verb);
  if (command !== undefined) return parseCommand(command, words, flags);
  const known = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  return {
    kind: "usage",
    problem: {
      message: `There is no verb "${verb}"`,
      unknown: { word: ELSEWHERE.get(verb) ?? verb, known },
      path: [],
    },
  };
}

function parseHelp(commands: readonly Command[], [verb, ...words]: readonly string[]): Parsed {
  return verb === undefined ? { kind: "help", path: [] } : parseLine(commands, { verb, words: [...words, "--help"] });
}
