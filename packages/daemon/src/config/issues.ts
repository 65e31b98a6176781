/** Says in words what a schema found wrong. */
import { closest, distance } from "fastest-levenshtein";
import type { ZodError } from "zod";
import type { $ZodType } from "zod/v4/core";
import { knownKeys } from "./known-keys.ts";

type Issue = ZodError["issues"][number];

/** One line per problem; for an unknown key the nearest that `schema` knows at that place. */
export function describeIssues(error: ZodError, schema: $ZodType): string[] {
  return error.issues.slice(0, 20).map((issue) => describe(issue, schema));
}

function describe(issue: Issue, schema: $ZodType): string {
  const where = whereOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const inside = where === "" ? "" : ` in ${where}`;
    const known = knownKeys(schema, issue.path);
    return shorten(issue.keys, (key) => `unknown key "${key.slice(0, 80)}"${inside}${nearest(key, known)}`);
  }
  const message = messageOf(issue).slice(0, 300);
  return where === "" ? message : `${where}: ${message}`;
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_union":
      return describeUnion(issue);
    // What is wrong with a key is said inside.
    case "invalid_key":
    case "invalid_element":
      return plain(issue.issues[0] ?? issue);
    case "custom":
    case "invalid_format":
    case "invalid_type":
    case "invalid_value":
    case "not_multiple_of":
    case "too_big":
    case "too_small":
    case "unrecognized_keys":
      return plain(issue);
  }
}

/** `grace`, `log.level`; of the tasks of a submit `task 1: group`, as people count. */
function whereOf(path: readonly PropertyKey[]): string {
  const [list, index, ...rest] = path;
  if (list !== "tasks" || typeof index !== "number") return path.map(pathPart).join(".");
  return [`task ${index + 1}`, ...(rest.length === 0 ? [] : [rest.map(pathPart).join(".")])].join(": ");
}

/** A key that came from outside may be anything. */
function pathPart(part: PropertyKey): string {
  const text = String(part);
  return /^[\w-]{1,80}$/.test(text) ? text : JSON.stringify(text.slice(0, 80));
}

const SHOWN = 5;

function shorten<T>(items: readonly T[], show: (item: T) => string): string {
  const shown = items.slice(0, SHOWN).map(show);
  return [...shown, ...(items.length > SHOWN ? [`and ${items.length - SHOWN} more`] : [])].join(", ");
}

/** What each way would have wanted; our own words for one of them say it best. */
function describeUnion({ errors, message }: Extract<Issue, { code: "invalid_union" }>): string {
  const inner = errors.flat().flatMap(within);
  const own = inner.find(({ code }) => code === "custom");
  if (own !== undefined) return own.message;
  return inner.length === 0 ? message : [...new Set(inner.map(plain))].join(" or ").replaceAll(" or expected ", " or ");
}

/** A way may have several ways itself, as a size that may also be off. */
function within(issue: Issue): Issue[] {
  return issue.code === "invalid_union" && issue.errors.length > 0 ? issue.errors.flat().flatMap(within) : [issue];
}

function plain(issue: Issue): string {
  switch (issue.code) {
    case "too_big":
      return sizeText(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum);
    case "too_small":
      return sizeText(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "custom":
    case "invalid_element":
    case "invalid_format":
    case "invalid_key":
    case "invalid_type":
    case "invalid_union":
    case "invalid_value":
    case "not_multiple_of":
    case "unrecognized_keys":
      return issue.message.replace(/^Invalid input: /, "");
  }
}

/** What is counted, by what it is a number of. */
const COUNTED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["character", "characters"],
  array: ["item", "items"],
};

/** `expected at most 4,096 characters`, `expected at least 1`. */
function sizeText(origin: string, bound: string, limit: number | bigint): string {
  const unit = COUNTED[origin]?.[limit === 1 ? 0 : 1];
  return `expected ${bound} ${limit.toLocaleString("en")}${unit === undefined ? "" : ` ${unit}`}`;
}

function nearest(word: string, known: string[]): string {
  if (known.length === 0) return "";
  const best = closest(word.slice(0, 80), known);
  return distance(word.slice(0, 80), best) <= Math.max(2, best.length / 3)
    ? `; did you mean "${best}"?`
    : `; known are ${known.join(", ")}`;
}
