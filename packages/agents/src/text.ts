/** Texts of strangers, cut to a length without breaking a character. */

/** At most so many UTF-16 units, never half a surrogate pair; lone surrogates become U+FFFD. */
export function limited(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text.toWellFormed();
  const end = isHighSurrogate(text.charCodeAt(maxChars - 1)) ? maxChars - 1 : maxChars;
  return text.slice(0, end).toWellFormed();
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** The first line that has something in it, spaces run together. */
export function firstLine(text: string, maxChars: number): string {
  // What is beyond cannot be in the line, and a pattern should not walk through it.
  const start = text.slice(0, maxChars * 8).trimStart();
  const line = (/^[^\r\n\u2028\u2029]*/.exec(start)?.[0] ?? "").replace(/\s+/g, " ").trim();
  return line.length <= maxChars ? line.toWellFormed() : `${limited(line, maxChars - 1)}…`;
}
