/** What a tool of an agent is called with, and what it answered, in one line. */
import { firstLine } from "../text.ts";
import { fieldOf, isObject, listOf, textOf, type JsonObject } from "./json.ts";

const MAX_SUMMARY_CHARS = 200;

/** What says most about a call comes first. */
const TELLING = [
  "command",
  "cmd",
  "file_path",
  "notebook_path",
  "absolute_path",
  "path",
  "dir_path",
  "pattern",
  "query",
  "url",
  "skill",
  "description",
  "prompt",
  "globPattern",
  "text",
];

export function line(text: string): string {
  return firstLine(text, MAX_SUMMARY_CHARS);
}

export function inputSummary(input: unknown): string {
  if (!isObject(input)) return typeof input === "string" ? line(input) : "";
  const told = TELLING.map((name) => textOf(input, name)).find((text) => text !== undefined && text !== "");
  return line(told ?? Object.values(input).find((value) => typeof value === "string") ?? commandOf(input));
}

/** Some tools take a command as argv. */
function commandOf(input: JsonObject): string {
  const words = ["command", "cmd", "argv"].map((name) => fieldOf(input, name)).find((value) => Array.isArray(value));
  return words === undefined
    ? ""
    : words
        .slice(0, 50)
        .filter((word) => typeof word === "string")
        .join(" ");
}

/** A text, or parts of which some are text. */
export function contentText(object: JsonObject | undefined, name: string): string {
  const parts = listOf(object, name).flatMap((part) => textOf(part, "text") ?? []);
  return textOf(object, name) ?? parts.join("\n");
}
