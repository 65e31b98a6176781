/** The palette behind `:`: which verbs fit what is typed, and the words that are run. Pure. */
import type { VerbRow } from "./source.ts";

/** Those whose name begins with what is typed, then those that have it anywhere. */
export function suggestionsFor(text: string, verbs: readonly VerbRow[]): readonly VerbRow[] {
  const [word = "", ...more] = splitLine(text);
  if (more.length > 0 || /\s$/.test(text)) return verbs.filter(({ name }) => name === word);
  const begins = verbs.filter(({ name }) => name.startsWith(word));
  return [...begins, ...verbs.filter((verb) => !begins.includes(verb) && verb.summary.toLowerCase().includes(word))];
}

/** The words to run: a verb of tasks that names none gets the ones the keys would act on. */
export function lineFor(text: string, verb: VerbRow, targets: readonly number[]): string[] {
  const [first, ...words] = splitLine(text);
  const given = first === verb.name ? words : [];
  const named = given.some((word, at) => !word.startsWith("-") && !takesNext(verb, given[at - 1]));
  return [verb.name, ...given, ...(verb.takesTasks && !named ? targets.map(String) : [])];
}

/** `-s`, `--signal`, and `-qs`, where the last letter counts. */
function takesNext({ valued = [] }: VerbRow, word = ""): boolean {
  const option = /^-[^-]/.test(word) ? `-${word.slice(-1)}` : word;
  return valued.includes(option);
}

/** Whether the line needs the terminal for itself. */
export function ownsTerminal({ ownsTerminal: owns }: VerbRow, line: readonly string[]): boolean {
  return typeof owns === "boolean" ? owns : owns.some((word) => line.includes(word));
}

const WORD = /(?:'[^']*'?|"(?:[^"\\]|\\.)*"?|\\.|[^\s'"\\])+/g;
const PART = /'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)|([^'"\\]+)/g;

/** As a shell takes words apart: quotes and backslashes, and nothing else. */
export function splitLine(text: string): string[] {
  return [...text.matchAll(WORD)].map(([word]) =>
    [...word.matchAll(PART)]
      .map(([, single, double, escaped, plain]) => single ?? double?.replace(/\\(.)/g, "$1") ?? escaped ?? plain ?? "")
      .join(""),
  );
}
