/** What is looked for, in the forms in which it is quickest: a text that must be there, and the expression that decides. Pure. */
import type { PatternSpec } from "./job.ts";
import { requiredText } from "./required-text.ts";

export type Pattern = {
  /** Decides, line by line; it is global. */
  expression: RegExp;
  /** Must be in whatever matches; undefined where nothing can be told. */
  required: { text: string; ignoreCase: boolean } | undefined;
  /** False: nothing in these bytes, which are whole lines, can match. */
  mayMatch(bytes: Buffer): boolean;
};

/** @throws SyntaxError of a regular expression */
export function readPattern({ text, regex, ignoreCase }: PatternSpec): Pattern {
  const flags = ignoreCase ? "gi" : "g";
  const required = requiredOf({ text, regex, ignoreCase });
  return {
    // With `u` letters are the same as for everybody else; in an expression it would change what may be written.
    expression: regex ? new RegExp(text, flags) : new RegExp(escaped(text), `${flags}u`),
    required: required === undefined ? undefined : { text: required, ignoreCase },
    mayMatch: required === undefined ? () => true : finder(required, ignoreCase),
  };
}

function requiredOf({ text, regex, ignoreCase }: PatternSpec): string | undefined {
  const fixed = regex ? requiredText(text) : text;
  return fixed !== undefined && ignoreCase && !/^[\x20-\x7e]*$/.test(fixed) ? undefined : fixed;
}

/** It holds no line end, so a block of lines holds it when one of its lines does. */
function finder(required: string, ignoreCase: boolean): (bytes: Buffer) => boolean {
  const needle = Buffer.from(required);
  if (!ignoreCase) return (bytes) => bytes.includes(needle);
  const expression = new RegExp(escaped(required), "iu");
  return (bytes) => expression.test(bytes.toString("utf8"));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
