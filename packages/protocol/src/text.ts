/** Makes text of strangers safe to show on a terminal, and quotes argv for people. */

// C0, DEL and C1 controls, bidirectional overrides and isolates, line and paragraph separators.
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const UNSAFE_IN_LOG =
  // oxlint-disable-next-line no-control-regex -- as above
  /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\u001b(?!\[[\d;:]*m)/g;

const PICTURES: Readonly<Record<string, string>> = { "\n": "⏎", "\t": " ", "\u001b": "␛", "\u007f": "␡" };

/** One line without anything that moves the cursor, colours, rings or reorders. */
export function oneLine(text: string): string {
  return text.replace(
    UNSAFE,
    (char) => PICTURES[char] ?? (char < " " ? String.fromCodePoint(0x2400 + char.charCodeAt(0)) : "�"),
  );
}

/** Log text for a terminal: colours (SGR), newlines and tabs stay, every other control is made visible. */
export function safeLog(text: string): string {
  return text
    .replace(/\r\n/g, "\n")
    .replace(
      UNSAFE_IN_LOG,
      (char) => PICTURES[char] ?? (char < " " ? String.fromCodePoint(0x2400 + char.charCodeAt(0)) : "�"),
    );
}

/** JSON that means the same, without characters that a terminal would act on: JSON itself escapes only some of them. */
export function safeJson(value: unknown, indent = 0): string {
  const escape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, null, indent)
    .split("\n")
    .map((line) => line.replace(UNSAFE, escape))
    .join("\n");
}

/** Quotes argv so that a POSIX shell reads the same words back. */
export function quoteArgv(argv: readonly string[]): string {
  return argv
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}

/** What the system said, without its name for the error and for the call: `no such file or directory`. */
export function systemWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^E[A-Z0-9]+: (.+?), [a-z]+(?: '.*')?$/s.exec(message)?.[1] ?? message;
}
