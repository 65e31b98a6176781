/** Tasks as the text that is edited, and back to what was changed in it. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { TaskInfo } from "@claudine/protocol/task";
import type { FlagValue } from "../command.ts";
import { nearest } from "../nearest.ts";
import { AFTER_OPTIONS } from "../rules/depends.ts";
import { BUDGET_OPTIONS, LATER_OPTIONS, RULE_OPTIONS } from "../rules/options.ts";
import { ruleWords, type Word } from "../rules/words.ts";

/** A task as it stands in the text; keys are those of the options. */
export type Entry = Readonly<Record<string, Word>>;
/** What was changed of a task: options as for `set`, and the command. */
export type Edited = { id: number; flags: Record<string, FlagValue>; command?: string | string[] };

const PLAIN = ["label", "group", "priority", "cwd"];
const OPTIONS = [...RULE_OPTIONS, ...LATER_OPTIONS, ...BUDGET_OPTIONS];
const KEYS = ["id", "command", ...PLAIN, ...OPTIONS.map(({ name }) => name).filter((name) => name !== "delay")];
const NONE = "none";

export function entryOf(task: TaskInfo): Entry {
  const [, dashC, script] = task.argv;
  const byShell = task.argv.length === 3 && dashC === "-c" && script === task.command;
  return {
    id: task.id,
    command: byShell ? task.command : task.argv,
    ...(task.label === null ? {} : { label: task.label }),
    group: task.group,
    priority: task.priority,
    cwd: task.cwd,
    ...ruleWords(task),
  };
}

/** @param problem what is wrong with the text that was there before */
export function textOf(body: string, verb: string, problem?: ClaudineError): string {
  const wrong = problem === undefined ? [] : [`Not done: ${problem.message}`, ...hintOf(problem), ""];
  const head = [
    ...wrong,
    `Change what you want, save, and leave the editor: then the tasks ${verb}.`,
    "A task that you take out stays as it is; with nothing changed nothing is done. Take a key out to be without it.",
    `Keys: ${KEYS.join(", ")}`,
    "A command is one text for the shell, or a list of words. claudine set --help says what the other values are.",
  ];
  return `${head.map((line) => `# ${line}`.trimEnd()).join("\n")}\n${body}`;
}

function hintOf({ hint }: ClaudineError): string[] {
  return hint === undefined ? [] : [hint];
}

/** One key in a line, one list in a line. */
export function bodyOf(entries: readonly Entry[]): string {
  const tasks = entries.map((entry) => {
    const lines = Object.entries(entry).map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
    return `  {\n${lines.join(",\n")}\n  }`;
  });
  return `[\n${tasks.join(",\n")}\n]\n`;
}

export function withoutComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
}

function refuse(why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", why, { hint });
}

/** For each task that stands in the text what differs. @throws ClaudineError invalid_params */
export function readEdited(text: string, before: readonly Entry[]): Edited[] {
  const known = new Map(before.map((entry) => [entry["id"], entry]));
  return parse(withoutComments(text)).map((value) => {
    const entry = entryFrom(value);
    const old = known.get(entry["id"] ?? "");
    if (old === undefined) throw refuse(`Task ${JSON.stringify(entry["id"])} is not among those that are edited`);
    known.delete(entry["id"] ?? "");
    return differences(old, entry);
  });
}

export function isChanged({ flags, command }: Edited): boolean {
  return command !== undefined || Object.keys(flags).length > 0;
}

function parse(text: string): unknown[] {
  if (text.trim() === "") return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    throw refuse(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function entryFrom(value: unknown): Entry {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse("A task is an object with an id, in braces");
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, word]: [string, unknown]) => {
      if (!KEYS.includes(key)) throw refuse(`There is no key "${key.slice(0, 80)}"`, guess(key));
      return word === null || word === "" || word === false ? [] : [[key, wordFrom(key, word)]];
    }),
  );
}

function guess(key: string): string {
  const meant = nearest(key.slice(0, 80), KEYS);
  return meant === undefined ? `Keys are ${KEYS.join(", ")}` : `Did you mean ${meant}?`;
}

function wordFrom(key: string, word: unknown): Word {
  if (typeof word === "string" || typeof word === "number" || word === true) return word;
  if (Array.isArray(word) && word.every((one): one is string => typeof one === "string")) return word;
  throw refuse(`The value of "${key}" is neither a text, a number nor a list of texts`);
}

function differences(old: Entry, entry: Entry): Edited {
  const flags: Record<string, FlagValue> = {};
  const differs = (key: string) => JSON.stringify(old[key]) !== JSON.stringify(entry[key]);
  for (const key of PLAIN) if (differs(key)) flags[key] = String(entry[key] ?? plainDefault(key, old));
  for (const { name, type } of OPTIONS) {
    if (Object.hasOwn(AFTER_OPTIONS, name) || !differs(name)) continue;
    flags[name] = flagFrom(entry[name] ?? missing(name), type);
  }
  const waits = Object.keys(AFTER_OPTIONS);
  if (waits.some(differs)) {
    const left = waits.filter((name) => entry[name] !== undefined);
    for (const name of left) flags[name] = flagFrom(entry[name] ?? "", "list");
    if (left.length === 0) flags["after"] = [NONE];
  }
  const id = Number(old["id"]);
  return differs("command") ? { id, flags, command: commandFrom(entry["command"]) } : { id, flags };
}

function flagFrom(word: Word, type: string): FlagValue {
  if (type === "list") return typeof word === "object" ? word : [String(word)];
  if (typeof word === "boolean") return type === "boolean" ? word : String(word);
  return typeof word === "object" ? word.join(",") : String(word);
}

/** What the daemon does when nothing is said. */
function missing(name: string): string {
  return name === "on-dependency-failure" ? "skip" : NONE;
}

function plainDefault(key: string, old: Entry): string {
  if (key === "label") return "";
  if (key === "group") return "default";
  return key === "priority" ? "0" : String(old[key]);
}

function commandFrom(word: Word | undefined): string | string[] {
  if (typeof word === "string") return word;
  if (typeof word === "object" && word.length > 0) return [...word];
  throw refuse("A task needs a command: one text for the shell, or a list of words");
}
