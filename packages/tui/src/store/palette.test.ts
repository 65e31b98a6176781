import { expect, test } from "vitest";
import { lineFor, ownsTerminal, splitLine, suggestionsFor } from "./palette.ts";

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

test.for([
  ["kill -s KILL", ["kill", "-s", "KILL", "4"]],
  ["kill --signal KILL -q", ["kill", "--signal", "KILL", "-q", "4"]],
  ["kill -qs KILL", ["kill", "-qs", "KILL", "4"]],
  ["kill -s KILL 7", ["kill", "-s", "KILL", "7"]],
  ["kill -q 7", ["kill", "-q", "7"]],
  ["kill --signal=KILL", ["kill", "--signal=KILL", "4"]],
] as const)("the value of an option names no task: %s", ([text, words]) => {
  expect(lineFor(text, { ...verb("kill", true), valued: ["-s", "--signal"] }, [4])).toEqual(words);
});

test("knows when a verb needs the terminal for an editor", () => {
  const retry = { ...verb("retry", true), ownsTerminal: ["-e", "--edit"] };
  expect(ownsTerminal(retry, ["retry", "4"])).toBe(false);
  expect(ownsTerminal(retry, ["retry", "-e", "4"])).toBe(true);
  expect(ownsTerminal({ ...verb("edit", true), ownsTerminal: true }, ["edit", "4"])).toBe(true);
});
