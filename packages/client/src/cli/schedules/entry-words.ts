/** From what a file says of a schedule to the words of `schedule add`. */
import { isAbsolute, resolve } from "node:path";
import type { Option } from "../command.ts";
import { TASK_OPTIONS, WHEN_OPTIONS } from "./options.ts";

const KEYS = new Map([...WHEN_OPTIONS, ...TASK_OPTIONS].map((option) => [option.name, option]));

const PATHS: ReadonlySet<string> = new Set(["cwd", "file", "mcp-config", "json-schema"]);

/** A path is one from `cwd`. @throws NotMeant */
export function entryWords(entry: Readonly<Record<string, unknown>>, cwd: string): string[] {
  const { command, prompt, ...options } = entry;
  if (prompt !== undefined && command !== undefined) throw new NotMeant("There are a command and a prompt");
  const words = Object.entries(options).flatMap(([key, value]) => {
    const option = KEYS.get(key);
    if (option === undefined) throw new NotMeant(`There is no option --${key}`);
    return PATHS.has(key) && typeof value === "string" && !isAbsolute(value) && value !== "-"
      ? [`--${key}=${resolve(cwd, value)}`]
      : wordsOf(option, value);
  });
  return [...words, "--", ...workWords(command ?? prompt)];
}

/** What is in the file is YAML, and no schedule. */
export class NotMeant extends Error {}

function wordsOf(option: Option, value: unknown): string[] {
  const { name, type } = option;
  if (value === null) return [];
  if (type === "boolean") {
    if (typeof value !== "boolean") throw new NotMeant(`${name} is true or false`);
    return value ? [`--${name}`] : [];
  }
  if (typeof value !== "object") {
    if (typeof value === "boolean" && isOptional(option)) return value ? [`--${name}`] : [];
    if (typeof value === "boolean") throw new NotMeant(`${name} needs a value`);
    return [`--${name}=${plain(name, value)}`];
  }
  if (type !== "list") throw new NotMeant(`${name} is one value`);
  if (Array.isArray(value)) return value.map((one) => `--${name}=${plain(name, one)}`);
  return Object.entries(value).map(([key, one]) => `--${name}=${key}=${plain(name, one)}`);
}

/** As `worktree`: its value may be left out. */
function isOptional(option: Option): boolean {
  return option.type === "string" && option.optional === true;
}

function plain(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new NotMeant(`${name} has a value that is no text`);
}

/** Of a command, or of a prompt. */
function workWords(work: unknown): string[] {
  if (work === undefined || work === null) return [];
  return [work].flat().map((word) => plain("command", word));
}
