/** The longest text that every match of a regular expression holds: what lacks it need not be looked at closely. Pure. */

/** Shorter ones are in everything. */
const LEAST = 2;
/** Escapes of one thing that is no fixed text; others change what follows them. */
const CLASSES = /^[dDwWsSbBtrnfv]$/;

/** Undefined where there is none, or where it cannot be told easily. Only ASCII, so that ignoring case means the same to everybody. */
export function requiredText(source: string): string | undefined {
  // A NUL and the like are never looked for, and alternatives have nothing in common.
  if (!/^[\x20-\x7e]*$/.test(source) || /\||\(\?[^:]/.test(source)) return undefined;
  let longest = "";
  let run = "";
  const end = () => {
    if (run.length > longest.length) longest = run;
    run = "";
  };
  for (let at = 0; at < source.length;) {
    const step = stepAt(source, at);
    if (step === undefined) return undefined;
    if (step.kind === "optional") run = run.slice(0, -1);
    if (step.kind === "text") run += step.char;
    else end();
    at += step.length;
  }
  end();
  return longest.length < LEAST ? undefined : longest;
}

/** `optional`: the character before need not be there. */
type Step = { length: number } & ({ kind: "text"; char: string } | { kind: "optional" | "other" });

function stepAt(source: string, at: number): Step | undefined {
  const char = source.charAt(at);
  switch (char) {
    case "\\":
      return escapeAt(source, at);
    case "[":
      return other(lengthTo(source, at, "]"));
    case "(":
      return groupAt(source, at);
    case "*":
    case "?":
      return { kind: "optional", length: 1 };
    case "{":
      return repeatAt(source, at);
    case ".":
    case "^":
    case "$":
    case "+":
    case ")":
      return other(1);
  }
  return { kind: "text", char, length: 1 };
}

function other(length: number | undefined): Step | undefined {
  return length === undefined ? undefined : { kind: "other", length };
}

function escapeAt(source: string, at: number): Step | undefined {
  const next = source.charAt(at + 1);
  if (CLASSES.test(next)) return other(2);
  return next === "" || /[a-zA-Z0-9]/.test(next) ? undefined : { kind: "text", char: next, length: 2 };
}

function repeatAt(source: string, at: number): Step | undefined {
  const match = /^\{\d+(?:,\d*)?\}/.exec(source.slice(at));
  return match === null ? undefined : { kind: "optional", length: match[0].length };
}

/** What is in it may be there often or not at all. */
function groupAt(source: string, at: number): Step | undefined {
  let depth = 0;
  for (let index = at; index < source.length; index += 1) {
    const char = source.charAt(index);
    if (char === "\\") index += 1;
    else if (char === "[") index += (lengthTo(source, index, "]") ?? 1) - 1;
    else if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    if (depth === 0) return other(index - at + 1);
  }
  return undefined;
}

function lengthTo(source: string, at: number, last: string): number | undefined {
  for (let index = at + 1; index < source.length; index += 1) {
    const char = source.charAt(index);
    if (char === "\\") index += 1;
    else if (char === last) return index - at + 1;
  }
  return undefined;
}
