import { expect, test } from "vitest";
import type { Option } from "./command.ts";
import { splitWords } from "./split-words.ts";

const OPTIONS: readonly Option[] = [
  { name: "label", short: "l", type: "string", arg: "TEXT", describe: "" },
  { name: "priority", short: "o", type: "number", describe: "" },
  { name: "lines", short: "n", type: "number", least: 0, describe: "" },
  { name: "env", short: "e", type: "list", describe: "" },
  { name: "held", short: "s", type: "boolean", describe: "" },
  { name: "follow", short: "f", type: "boolean", describe: "" },
  { name: "no-color", type: "boolean", describe: "" },
  { name: "for", type: "string", choices: ["success", "finished"], describe: "" },
];

function split(line: string, stop = false): unknown {
  const out = splitWords(OPTIONS, line.split(" "), stop);
  return out.kind === "words" ? out.words : out.problem;
}

test.each([
  ["--label x a b", { flags: { label: "x" }, args: ["a", "b"], rest: [] }],
  ["--label=x=y", { flags: { label: "x=y" }, args: [], rest: [] }],
  ["-lx -o-5 a", { flags: { label: "x", priority: -5 }, args: ["a"], rest: [] }],
  ["-o -5", { flags: { priority: -5 }, args: [], rest: [] }],
  [
    "-sfl x a -e A=1 --env B",
    { flags: { held: true, follow: true, label: "x", env: ["A=1", "B"] }, args: ["a"], rest: [] },
  ],
  ["a - -- -s b", { flags: {}, args: ["a", "-", "-s", "b"], rest: [] }],
  ["--no-color --label --held", { flags: { "no-color": true, label: "--held" }, args: [], rest: [] }],
  ["--for success", { flags: { for: "success" }, args: [], rest: [] }],
])("%s", (line, expected) => {
  expect(split(line)).toEqual(expected);
});

test.each([
  ["-s echo -n hi --label x", { flags: { held: true }, args: [], rest: ["echo", "-n", "hi", "--label", "x"] }],
  ["-s -- -n", { flags: { held: true }, args: [], rest: ["-n"] }],
  ["echo -- x", { flags: {}, args: [], rest: ["echo", "--", "x"] }],
  ["-l x -", { flags: { label: "x" }, args: [], rest: ["-"] }],
])("words of a task are left alone: %s", (line, expected) => {
  expect(split(line, true)).toEqual(expected);
});

test.each([
  ["--labl x", "There is no option --labl"],
  ["-sx", "There is no option -x"],
  ["--__proto__", "There is no option --__proto__"],
  ["--held=yes", "--held takes no value"],
  ["--label", "--label needs a value (TEXT)"],
  ["-o", "-o needs a value"],
  ["-o many", '-o needs a whole number, not "many"'],
  ["-o 1.5", '-o needs a whole number, not "1.5"'],
  ["--priority=", '--priority needs a whole number, not ""'],
  ["-n -1", '-n needs a whole number from 0 on, not "-1"'],
  ["--for ever", '--for is one of success, finished, not "ever"'],
])("refused: %s", (line, message) => {
  expect(split(line)).toMatchObject({ message });
});
