/** Puts one entry into a JSON file of somebody else; comments stay, and the layout of all but the line before it. */
import { isDeepStrictEqual } from "node:util";
import {
  applyEdits,
  findNodeAtLocation,
  getNodeValue,
  modify,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { cannotChange, type Edit, mergedEntry } from "./edit.ts";

/** @throws ClaudineError wrong_state */
export function editJson(text: string, { file, path, entry, comments }: Edit & { comments: boolean }): string {
  const source = text.trim() === "" ? "{}\n" : text;
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { disallowComments: !comments, allowTrailingComma: comments });
  const [error] = errors;
  if (error !== undefined)
    throw cannotChange(file, `${printParseErrorCode(error.error)} in ${lineOf(source, error.offset)}`);
  if (tree?.type !== "object") throw cannotChange(file, "it is no JSON object");
  const servers = findNodeAtLocation(tree, [path[0]]);
  if (servers !== undefined && servers.type !== "object") throw cannotChange(file, `its ${path[0]} is no object`);
  const node = findNodeAtLocation(tree, [...path]);
  // The parser makes objects without a prototype, which would differ from all others.
  const there: unknown = node === undefined ? undefined : structuredClone(getNodeValue(node));
  const wanted = mergedEntry(there, entry);
  if (isDeepStrictEqual(there, wanted)) return text;
  return applyEdits(source, modify(source, [...path], wanted, { formattingOptions: formatOf(source) }));
}

function formatOf(text: string) {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

function lineOf(text: string, offset: number): string {
  return `line ${text.slice(0, offset).split("\n").length}`;
}
