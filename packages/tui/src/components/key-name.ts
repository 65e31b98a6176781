/** Ink's idea of a key as the names that the table of keys uses. */
import type { Key } from "ink";

const SPECIAL = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "return"],
  ["escape", "escape"],
  ["tab", "tab"],
  ["backspace", "backspace"],
  ["delete", "delete"],
] as const satisfies readonly (readonly [keyof Key, string])[];

const CONTROL: Readonly<Record<string, string>> = { "\r": "return", "\n": "return", "\t": "tab", " ": "space" };

/** The keys in what came at once: fast typing arrives as one text. */
export function keyNames(input: string, key: Key): string[] {
  const special = SPECIAL.find(([flag]) => key[flag] === true);
  if (special !== undefined) return [special[1]];
  if (key.ctrl) return [`ctrl+${input}`];
  if (key.meta) return [];
  return [...input].map((character) => CONTROL[character] ?? character);
}
