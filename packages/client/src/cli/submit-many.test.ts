import { expect, test } from "vitest";
import { eachLine, fromArray, fromJson } from "./submit-many.ts";

test("each line is a command of its own; empty ones are left out", () => {
  expect(eachLine("echo a\n\n  \necho b\r\n", undefined, { label: "x" })).toEqual([
    { label: "x", command: "echo a" },
    { label: "x", command: "echo b" },
  ]);
});

test("a line takes the place of {}, as one word whatever it holds", () => {
  const line = "it's $(rm -rf ~); `x`";
  expect(eachLine(line, ["cp", "{}", "to/{}.bak"], {})).toEqual([{ command: ["cp", line, `to/${line}.bak`] }]);
  expect(eachLine(line, "gzip -k {} && echo {}", {})).toEqual([
    { command: String.raw`gzip -k 'it'\''s $(rm -rf ~); ${"`x`"}' && echo 'it'\''s $(rm -rf ~); ${"`x`"}'` },
  ]);
});

test("without {} the line comes last", () => {
  expect(eachLine("a b", ["wc", "-l"], {})).toEqual([{ command: ["wc", "-l", "a b"] }]);
  expect(eachLine("a b", "wc -l", {})).toEqual([{ command: "wc -l 'a b'" }]);
});

test("replacement patterns in a line are only text", () => {
  expect(eachLine("$& $1 $$", ["x{}"], {})).toEqual([{ command: ["x$& $1 $$"] }]);
});

test.each([
  ["1-10:3", [1, 4, 7, 10]],
  ["5", [5]],
  ["0-1,9", [0, 1, 9]],
])("the array %s", (ranges, indexes) => {
  expect(fromArray(ranges, { command: "x" })).toEqual(indexes.map((arrayIndex) => ({ command: "x", arrayIndex })));
});

test.each(["", "a", "3-1", "1-5:0", "1-", "-3", "1-200000", "1-99999999999999999999"])(
  "the array %j is refused",
  (ranges) => {
    expect(() => fromArray(ranges, { command: "x" })).toThrow("Cannot submit: ");
  },
);

test("JSON comes as an array, as one task or as lines; options fill in what is missing", () => {
  const shared = { label: "all", env: { A: "1", B: "1" } };
  expect(fromJson('[{"command":"a","label":"own","env":{"B":"2"}},["b","c"]]', shared)).toEqual([
    { command: "a", label: "own", env: { A: "1", B: "2" } },
    { command: ["b", "c"], label: "all", env: { A: "1", B: "1" } },
  ]);
  expect(fromJson('{"command":"a"}', {})).toEqual([{ command: "a" }]);
  expect(fromJson('{"command":"a"}\n\n"b"\n', {})).toEqual([{ command: "a" }, { command: "b" }]);
  expect(fromJson('{"command":"a","cwd":"sub"}', {})).toEqual([{ command: "a", cwd: `${process.cwd()}/sub` }]);
});

test.each([
  ["[]", "Cannot submit: the JSON holds no task"],
  ['[{"label":"x"}]', 'Cannot submit: task 1 of the JSON has no "command"'],
  ["[null]", 'Cannot submit: task 1 of the JSON has no "command"'],
  ['{"command":"a"}\n{oops', "Cannot submit: line 2 is not JSON"],
])("the JSON %s is refused", (json, message) => {
  expect(() => fromJson(json, {})).toThrow(message);
});
