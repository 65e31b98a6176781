import fc from "fast-check";
import { expect, test } from "vitest";
import { oneLine, safeJson, safeLog, systemWords } from "./text.ts";

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const ACTS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
// oxlint-disable-next-line no-control-regex -- as above
const COLOUR = /\u001b\[[\d;:]*m/g;
const nasty = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)),
    fc.constantFrom("\u202e", "\u2066", "\u2028", "\ufeff", "\u001b[", "31m", "]0;", "é", "漢", "😀"),
  ),
});

test("a line holds nothing that a terminal acts on", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      expect(oneLine(text)).not.toMatch(ACTS);
    }),
  );
});

test("JSON means the same and holds nothing that a terminal acts on", () => {
  fc.assert(
    fc.property(fc.dictionary(nasty, fc.oneof(nasty, fc.array(nasty))), (value) => {
      expect(JSON.parse(safeJson(value))).toEqual(value);
      expect(safeJson(value)).not.toMatch(ACTS);
      expect(safeJson(value, 2).replaceAll("\n", "")).not.toMatch(ACTS);
    }),
  );
});

test("a log keeps colours, tabs and line ends only", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const shown = safeLog(text)
        .replace(COLOUR, "")
        .replace(/[\n\t\u200e\u200f\u2028\u2029\ufeff]/g, "");
      expect(shown).not.toMatch(ACTS);
    }),
  );
  expect(safeLog("a\r\nb\t\u001b[1;31mred\u001b[0m\u001b[2J")).toBe("a\nb\t\u001b[1;31mred\u001b[0m␛[2J");
});

test.each([
  ["ENOENT: no such file or directory, open '/nope'", "no such file or directory"],
  ["ENOENT: no such file or directory, copyfile '/a, b' -> '/c'", "no such file or directory"],
  ["EISDIR: illegal operation on a directory, read", "illegal operation on a directory"],
  ["Something else: entirely, of course", "Something else: entirely, of course"],
])("the system's words in %s", (message, words) => {
  expect(systemWords(new Error(message))).toBe(words);
});
