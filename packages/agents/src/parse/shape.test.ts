/** Lines that are short as text and take gigabytes once parsed are refused before that; real ones are not. */
import { expect, test } from "vitest";
import { parseObject } from "./json.ts";

const list = (item: string, count: number) => `[${Array.from({ length: count }, () => item).join(",")}]`;
const LONG = "x".repeat(70_000);

test.for([
  ["deep lists", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ["deep objects", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
  ["deep after text with quotes in it", `{"b":"\\"${LONG}\\\\","a":${"[".repeat(300)}${"]".repeat(300)}}`],
  ["millions of empty lists", `{"a":${list("[]", 1_000_000)}}`],
  ["an object of very many keys", `{${Array.from({ length: 100_000 }, (_, at) => `"k${at}":1`).join(",")}}`],
] as const)("%s", ([, line]) => {
  expect(() => JSON.parse(line)).not.toThrow();
  expect(parseObject(line)).toBeUndefined();
});

test.for([
  ["an image", `{"a":"${"A".repeat(12_000_000)}"}`],
  ["a program as text", JSON.stringify({ a: `${'{[",\\"'.repeat(1_000_000)}\n` })],
  ["text that ends in backslashes", JSON.stringify({ a: `${LONG}\\\\`, b: '[{",'.repeat(10_000) })],
  ["a table", `{"a":${list("[1,2,3]", 20_000)}}`],
  ["as deep as anybody nests", `{"b":"${LONG}","a":${"[".repeat(100)}${"]".repeat(100)}}`],
] as const)("%s is read", ([, line]) => {
  expect(parseObject(line)).toEqual(JSON.parse(line));
});
