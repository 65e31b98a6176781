import { expect, test } from "vitest";
import { exitCodeOf } from "./follow-tasks.ts";
import { nearest } from "./nearest.ts";
import { nameTasks } from "./print.ts";
import { selectorOf } from "./resolve-task.ts";
import { parseSettings } from "./submit-tasks.ts";

test.each([
  ["klil", "kill"],
  ["lst", "list"],
  ["rety", "retry"],
  ["sub", "submit"],
  ["xyz", undefined],
  ["frobnicate", undefined],
])("%s was meant to be %s", (word, expected) => {
  expect(nearest(word, ["submit", "list", "kill", "retry", "wait"])).toBe(expected);
});

test("an option of one letter is never what was meant", () => {
  expect(nearest("-v", ["--group", "-g", "--limit", "-n"])).toBeUndefined();
  expect(nearest("--grop", ["--group", "-g"])).toBe("--group");
});

test("ids become as few selector words as possible", () => {
  expect(selectorOf([1, 2, 3, 7, 9, 10])).toEqual(["1-3", "7", "9-10"]);
  expect(selectorOf([5])).toEqual(["5"]);
  expect(selectorOf([])).toEqual([]);
});

test("tasks are named as a person would", () => {
  expect(nameTasks([3])).toBe("task 3");
  expect(nameTasks([3, 4, 9])).toBe("tasks 3, 4 and 9");
  expect(nameTasks(Array.from({ length: 120 }, (_, index) => index + 1))).toBe("120 tasks");
});

test("the exit code is the one a shell would show", () => {
  const none = { exitCode: null, signal: null, notStarted: null };
  expect(exitCodeOf({ ...none, exitCode: 7 })).toBe(7);
  expect(exitCodeOf({ ...none, signal: "SIGKILL" })).toBe(137);
  expect(exitCodeOf(none)).toBe(1);
  const exec = { step: "exec", errno: "ENOENT", path: "x" };
  expect(exitCodeOf({ ...none, notStarted: exec })).toBe(127);
  expect(exitCodeOf({ ...none, notStarted: { ...exec, errno: "EACCES" } })).toBe(126);
  expect(exitCodeOf({ ...none, notStarted: { ...exec, step: "chdir" } })).toBe(1);
});

test("a variable is given or taken from the shell", () => {
  expect(parseSettings(["A=1=2", "B=", "HOME"], { HOME: "/h" })).toEqual({ A: "1=2", B: "", HOME: "/h" });
  expect(() => parseSettings(["NOPE"], {})).toThrow("Cannot submit: the variable NOPE is not set in this shell");
  expect(() => parseSettings(["=x"], {})).toThrow('"=x" names no variable');
});
