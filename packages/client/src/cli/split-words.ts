/** Splits a command line into flags and positionals, by a table of options. */
import type { FlagValue, Option } from "./command.ts";

export type Problem = {
  message: string;
  /** The word that is not known, and the words that are. */
  unknown?: { word: string; known: readonly string[] };
};

export type Flags = Record<string, FlagValue>;
export type Words = { flags: Flags; args: string[]; rest: string[] };
export type Split = { kind: "words"; words: Words } | { kind: "usage"; problem: Problem };

/** With `stop` everything from the first positional on is left as it is, in `rest`. */
export function splitWords(options: readonly Option[], words: readonly string[], stop: boolean): Split {
  const out: Words = { flags: {}, args: [], rest: [] };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--" || (stop && !isOption(word))) {
      const after = words.slice(word === "--" ? at + 1 : at);
      if (stop) out.rest = after;
      else out.args.push(...after);
      break;
    }
    if (isOption(word)) {
      const taken = takeOption({ options, word, next: words[at + 1] }, out.flags);
      if (typeof taken === "object") return { kind: "usage", problem: taken };
      at += taken;
    } else {
      out.args.push(word);
    }
  }
  return { kind: "words", words: out };
}

/** A single dash names standard input. */
function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}

type Found = { options: readonly Option[]; word: string; next: string | undefined };
/** How many of the words that follow were the value, or what is wrong. */
type Taken = 0 | 1 | Problem;

// By hand: loading node:util's parseArgs takes half a millisecond, a tenth of what a submit takes beyond the start of Node.
function takeOption(found: Found, flags: Flags): Taken {
  return found.word.startsWith("--") ? takeLong(found, flags) : takeShort(found, flags);
}

function takeLong({ options, word, next }: Found, flags: Flags): Taken {
  const equals = word.indexOf("=");
  const name = equals === -1 ? word : word.slice(0, equals);
  const option = options.find((one) => `--${one.name}` === name);
  if (option === undefined) return unknownOption(name, options);
  const inline = equals === -1 ? undefined : word.slice(equals + 1);
  if (option.type === "boolean" && inline !== undefined) return { message: `${name} takes no value` };
  if (option.optional === true && inline === undefined) {
    flags[option.name] = true;
    return 0;
  }
  const problem = setFlag(flags, option, { name, value: inline ?? next });
  return problem ?? (option.type === "boolean" || inline !== undefined ? 0 : 1);
}

/** `-s`, `-sf`, `-l name`, `-lname`. */
function takeShort({ options, word, next }: Found, flags: Flags): Taken {
  for (let at = 1; at < word.length; at += 1) {
    const name = `-${word[at]}`;
    const option = options.find(({ short }) => short === word[at]);
    if (option === undefined) return unknownOption(name, options);
    const inline = word.slice(at + 1);
    const problem = setFlag(flags, option, { name, value: inline === "" ? next : inline });
    if (problem !== undefined) return problem;
    if (option.type !== "boolean") return inline === "" ? 1 : 0;
  }
  return 0;
}

/** @returns what is wrong with the value */
function setFlag(
  flags: Flags,
  option: Option,
  { name, value }: { name: string; value: string | undefined },
): Problem | undefined {
  if (option.type === "boolean") {
    flags[option.name] = true;
    return undefined;
  }
  if (value === undefined)
    return { message: `${name} needs a value${option.arg === undefined ? "" : ` (${option.arg})`}` };
  if (option.choices?.includes(value) === false)
    return { message: `${name} is one of ${option.choices.join(", ")}, not "${value}"` };
  if (option.type === "number") {
    const number = value.trim() === "" ? Number.NaN : Number(value);
    const { least = Number.MIN_SAFE_INTEGER } = option;
    if (!Number.isSafeInteger(number) || number < least) {
      const from = option.least === undefined ? "" : ` from ${option.least} on`;
      return { message: `${name} needs a whole number${from}, not "${value}"` };
    }
    flags[option.name] = number;
  } else if (option.type === "list") {
    const before = flags[option.name];
    flags[option.name] = [...(typeof before === "object" ? before : []), value];
  } else {
    flags[option.name] = value;
  }
  return undefined;
}

function unknownOption(word: string, options: readonly Option[]): Problem {
  const known = options.flatMap(({ name, short }) =>
    short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`],
  );
  return { message: `There is no option ${word}`, unknown: { word, known } };
}
