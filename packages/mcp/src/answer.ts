/** What a call is answered with: one block of JSON, and a block of text for each output; never more than a client can take. */
import { ClaudineError } from "@claudine/protocol/errors";
import { oneLine } from "@claudine/protocol/text";
import type { CallToolResult } from "@modelcontextprotocol/server";

export type Answer = {
  facts: unknown;
  /** Output of tasks, as it is to be read. */
  texts?: readonly string[];
};

/** More of one block is left out, and it says so. */
export const BLOCK_CHARS_MAX = 100_000;
const PROBLEM_CHARS = 1000;

export function resultOf({ facts, texts = [] }: Answer): CallToolResult {
  return { content: [JSON.stringify(facts), ...texts].map((text) => ({ type: "text", text: bounded(text) })) };
}

function bounded(text: string): string {
  if (text.length <= BLOCK_CHARS_MAX) return text;
  return `${text.slice(0, BLOCK_CHARS_MAX)}\n[${text.length - BLOCK_CHARS_MAX} characters are left out: ask for less]`;
}

/** A failure as the model reads it: what is, and what can be done. A bug is told to `log` with its stack. */
export function failureOf(error: unknown, log: (text: string) => void): CallToolResult {
  return { isError: true, content: [{ type: "text", text: failureText(error, log) }] };
}

export function failureText(error: unknown, log: (text: string) => void): string {
  if (error instanceof ClaudineError) {
    const hint = error.hint === undefined ? "" : `\nhint: ${line(error.hint)}`;
    return `${line(error.message)}${hint}`;
  }
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return `Internal error: ${line(error instanceof Error ? error.message : String(error))}`;
}

function line(text: string): string {
  return oneLine(text.length > PROBLEM_CHARS ? `${text.slice(0, PROBLEM_CHARS)}…` : text);
}
