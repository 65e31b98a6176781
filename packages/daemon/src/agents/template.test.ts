/** Templates of prompts: every place a value, every value a place. */
import { expect, test } from "vitest";
import { fillTemplate } from "./template.ts";

test("values stand where their names stood, and are not looked at again", () => {
  const filled = fillTemplate("review", "Review {{ branch }} and {{base}}: {{ branch }}", {
    branch: "{{ base }}",
    base: "$&",
  });
  expect(filled).toBe("Review {{ base }} and $&: {{ base }}");
});

test("a name may be any word, also one that objects know", () => {
  const vars = Object.fromEntries(["__proto__", "constructor"].map((name) => [name, `<${name}>`]));
  expect(fillTemplate("review", "{{ __proto__ }} {{ constructor }}", vars)).toBe("<__proto__> <constructor>");
});

test.for([
  ["a place without a value", "Review {{ branch }} of {{ repo }}", { repo: "x" }, "the template review needs branch"],
  ["a value without a place", "Review", { branch: "main" }, "the template review has no {{ branch }}"],
  ["a name that every object has", "Review {{ toString }}", {}, "the template review needs toString"],
] as const)("%s is an error", ([, prompt, vars, words]) => {
  expect(() => fillTemplate("review", prompt, vars)).toThrow(`Cannot make the prompt: ${words}`);
});
