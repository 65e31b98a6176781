/** Whether a line of JSON may be parsed: `[[[[…` and `{},{},…` are short as text and gigabytes once they are values. */

/** Shorter lines cannot hold enough to hurt. */
const HARMLESS_CHARS = 65_536;
const VALUES_AT_MOST = 500_000;
/** An object with millions of keys takes seconds to build. */
const KEYS_AT_MOST = 50_000;
const DEPTH_AT_MOST = 256;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export function isHarmless(line: string): boolean {
  if (line.length <= HARMLESS_CHARS) return true;
  /** Of the objects that are open, by depth; lists count from minus infinity. */
  const keys: number[] = [];
  let values = 0;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charCodeAt(at);
    if (char === QUOTE) at = endOfString(line, at);
    if (char === CLOSE_LIST || char === CLOSE_OBJECT) keys.pop();
    if (char !== COMMA && char !== OPEN_LIST && char !== OPEN_OBJECT) continue;
    if (char === COMMA) keys[keys.length - 1] = (keys.at(-1) ?? 0) + 1;
    else keys.push(char === OPEN_OBJECT ? 1 : -Infinity);
    values += 1;
    if (values > VALUES_AT_MOST || keys.length > DEPTH_AT_MOST || (keys.at(-1) ?? 0) > KEYS_AT_MOST) return false;
  }
  return true;
}

/** The place of the closing quote, or the end. */
function endOfString(line: string, start: number): number {
  for (let at = line.indexOf('"', start + 1); at !== -1; at = line.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (line.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return line.length;
}
