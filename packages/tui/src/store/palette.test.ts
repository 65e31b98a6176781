import { expect, test } from "vitest";
import { lineFor, splitLine, suggestionsFor } from "./palette.ts";

const verb = (name: string, takesTasks: boolean) => ({
  name,
  summary: "",
  takesTasks,
  reads: false,
  ownsTerminal: false,
});
const VERBS = [verb("kill", true), verb("list", false), verb("clean", false), verb("cancel", true)];

test.for([
  ["kill 3 -s HUP", ["kill", "3", "-s", "HUP"]],
  ['submit \'a b\' "c \\" d" e\\ f', ["submit", "a b", 'c " d', "e f"]],
  ['set --label="two words"x', ["set", "--label=two wordsx"]],
  ["open 'quote", ["open", "quote"]],
  ["   ", []],
] as const)("%j is %j", ([text, words]) => {
  expect(splitLine(text)).toEqual(words);
});

test("suggests by the beginning, and only the verb itself once its words follow", () => {
  const names = (text: string) => suggestionsFor(text, VERBS).map(({ name }) => name);
  expect(names("")).toEqual(["kill", "list", "clean", "cancel"]);
  expect(names("c")).toEqual(["clean", "cancel"]);
  expect(names("kill 3")).toEqual(["kill"]);
  expect(names("ki ")).toEqual([]);
});

test("acts on what the keys would act on, unless tasks are named", () => {
  expect(lineFor("kill", verb("kill", true), [4, 5])).toEqual(["kill", "4", "5"]);
  expect(lineFor("ki", verb("kill", true), [4])).toEqual(["kill", "4"]);
  expect(lineFor("kill 7", verb("kill", true), [4])).toEqual(["kill", "7"]);
  expect(lineFor("list", verb("list", false), [4])).toEqual(["list"]);
});
