import fc from "fast-check";
import { expect, test } from "vitest";
import { requiredText } from "./required-text.ts";

test.for([
  ["error", "error"],
  ["^ERROR: \\d+ files$", "ERROR: "],
  ["colou?r", "colo"],
  ["ab+cd", "ab"],
  ["ab*cd", "cd"],
  ["ab{2,3}c1", "c1"],
  ["(abc)?de", "de"],
  ["(?:a(bc)d)*end", "end"],
  ["[abc]def", "def"],
  ["[\\]x]def", "def"],
  ["a\\.b\\(", "a.b("],
  ["foo.*bar1", "bar1"],
])("%s holds %j", ([source = "", text]) => {
  expect(requiredText(source)).toBe(text);
});

test.for([
  "a|b",
  "x",
  ".*",
  "(?=abc)abc",
  "(?<!abc)abc",
  "\\x41BC",
  "\\u0041BC",
  "\\cAB",
  "grün",
  "abc{",
  "(abc",
  "[abc",
])("%s has none that can be told", (source) => {
  expect(requiredText(source)).toBeUndefined();
});

/** Regular expressions of few letters, so that they match something. */
const expression = fc
  .array(
    fc.constantFrom(
      "a",
      "b",
      "ab",
      ".",
      "a?",
      "b*",
      "ab+",
      "(ab)",
      "(a)?",
      "[ab]",
      "[^a]",
      "a{2}",
      "b{0,2}",
      "\\w",
      "\\.",
      "^",
      "$",
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(""));
const line = fc.array(fc.constantFrom("a", "b", "A", "."), { maxLength: 12 }).map((parts) => parts.join(""));

test("whatever matches holds it", () => {
  fc.assert(
    fc.property(expression, line, fc.boolean(), (source, text, ignoreCase) => {
      const required = requiredText(source);
      if (required === undefined || !new RegExp(source, ignoreCase ? "i" : "").test(text)) return;
      expect(ignoreCase ? text.toLowerCase() : text).toContain(ignoreCase ? required.toLowerCase() : required);
    }),
    { numRuns: 5000 },
  );
});
