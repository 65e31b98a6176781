/** How verbs print their results: JSON for programs, sentences for people. */
import { oneLine, safeJson } from "@claudine/protocol/text";
import type { Input, Io } from "./command.ts";
import { flag } from "./input.ts";

/** One JSON document, indented. */
export function printJson(io: Pick<Io, "out">, value: unknown): void {
  io.out(`${safeJson(value, 2)}\n`);
}

const LINE_CHARS = 1000;

/** What is wrong, in one line of a length that can be read: it may repeat what was typed. */
export function problemLine(text: string): string {
  return oneLine(text.length > LINE_CHARS ? `${text.slice(0, LINE_CHARS)}…` : text);
}

/** Sentences for people, a line each, on stderr: results on stdout stay clean. */
export function say(input: Input, io: Io, text: string): void {
  if (!flag(input, "quiet")) io.err(`${text.split("\n").map(oneLine).join("\n")}\n`);
}

/** `task 12`, `tasks 3, 4 and 9`, `120 tasks`. */
export function nameTasks(ids: readonly number[]): string {
  if (ids.length === 1) return `task ${ids[0]}`;
  if (ids.length === 0 || ids.length > 10) return `${ids.length} tasks`;
  return `tasks ${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}
