/** Refuses JSON that is short as text but takes gigabytes once parsed: `[[[[…` and `{},{},…`. */
import { ClaudineError } from "@claudine/protocol";

/** Shorter lines cannot hold enough to hurt. */
const HARMLESS_BYTES = 65_536;
const VALUES_AT_MOST = 4_000_000;
/** An object with millions of keys takes seconds to build. */
const KEYS_AT_MOST = 100_000;
const DEPTH_AT_MOST = 64;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** @throws ClaudineError too_large */
export function checkShape(line: Buffer): void {
  if (line.length <= HARMLESS_BYTES) return;
  /** Of the objects that are open, by depth; lists count from minus infinity. */
  const keys = [0];
  let values = 0;
  for (let at = 0; at < line.length; at += 1) {
    const byte = line[at];
    if (byte === QUOTE) at = endOfString(line, at);
    if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) keys.pop();
    if (byte !== COMMA && byte !== OPEN_LIST && byte !== OPEN_OBJECT) continue;
    if (byte === COMMA) keys[keys.length - 1] = (keys.at(-1) ?? 0) + 1;
    else keys.push(byte === OPEN_OBJECT ? 1 : -Infinity);
    values += 1;
    if (values > VALUES_AT_MOST) throw tooLarge(`it holds more than ${VALUES_AT_MOST} values`);
    if (keys.length > DEPTH_AT_MOST + 1) throw tooLarge(`it is nested more than ${DEPTH_AT_MOST} deep`);
    if ((keys.at(-1) ?? 0) > KEYS_AT_MOST) throw tooLarge(`an object in it has more than ${KEYS_AT_MOST} keys`);
  }
}

/** The place of the closing quote, or the end. */
function endOfString(line: Buffer, start: number): number {
  for (let at = line.indexOf(QUOTE, start + 1); at !== -1; at = line.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (line[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return line.length;
}

function tooLarge(why: string): ClaudineError {
  return new ClaudineError("too_large", `Cannot take the message: ${why}`, { hint: "Send it in several calls" });
}
