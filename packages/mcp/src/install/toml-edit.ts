/** Puts one table into a TOML file of somebody else. The text is cut and pasted, and a parser confirms that nothing else changed. */
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "smol-toml";
import { cannotChange, type Edit, type Fields, isFields, mergedEntry } from "./edit.ts";

type Path = Edit["path"];

/** @throws ClaudineError wrong_state */
export function editToml(text: string, { file, path, entry }: Edit): string {
  const before = readToml(text);
  if (typeof before === "string") throw cannotChange(file, before);
  const there = entryAt(before, path);
  const wanted = mergedEntry(there, entry);
  if (isDeepStrictEqual(there, wanted)) return text;
  const [group, name] = path;
  const rest = withoutTable(text, path).trimEnd();
  const table = stringify({ [group]: { [name]: wanted } }).trim();
  const after = `${rest === "" ? "" : `${rest}\n\n`}${table}\n`;
  const result = readToml(after);
  if (
    typeof result === "string" ||
    !isDeepStrictEqual(entryAt(result, path), wanted) ||
    !isDeepStrictEqual(without(before, path), without(result, path))
  )
    throw cannotChange(file, `${group} is written in a form that cannot be changed without a risk`);
  return after;
}

/** Without the lines of the table and of those inside it. Comments before the next header are of the next table. */
function withoutTable(text: string, [group, name]: Path): string {
  const ours = new RegExp(String.raw`^\s*\[\s*${group}\s*\.\s*(?:${name}|"${name}")\s*(?:\.[^\]]*)?\]`);
  const kept: string[] = [];
  let inside = false;
  let pending: string[] = [];
  for (const line of text.split("\n")) {
    if (/^\s*\[/.test(line)) {
      kept.push(...pending);
      pending = [];
      inside = ours.test(line);
    }
    if (!inside) kept.push(line);
    else if (/^\s*(#|\r?$)/.test(line)) pending.push(line);
    else pending = [];
  }
  return [...kept, ...pending].join("\n");
}

/** What is wrong with it, when it is none. */
function readToml(text: string): Fields | string {
  try {
    // The parser's objects have no prototype, and would differ from all others.
    return structuredClone(parse(text)) as Fields;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "it is no TOML";
  }
}

function entryAt(document: Fields, [group, name]: Path): unknown {
  const table = document[group];
  return isFields(table) ? table[name] : undefined;
}

function without(document: Fields, [group, name]: Path): Fields {
  const { [group]: table, ...rest } = document;
  if (table === undefined) return { ...rest, [group]: {} };
  if (!isFields(table)) return document;
  const { [name]: _, ...others } = table;
  return { ...rest, [group]: others };
}
