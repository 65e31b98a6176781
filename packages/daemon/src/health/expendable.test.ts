import { expect, test } from "vitest";
import { endOf } from "./expendable.ts";

test.each([
  ["an error of the store's", { status: 70, signal: null, stderr: "MDB_CORRUPTED" }],
  ["a failed assertion of LMDB's", { status: null, signal: "SIGABRT", stderr: "Assertion 'IS_LEAF(mp)' failed" }],
  ["memory that was written over", { status: null, signal: "SIGSEGV", stderr: "" }],
  ["a failed check of V8's", { status: null, signal: "SIGTRAP", stderr: "# Check failed: NullOrIs<Derived>(from)." }],
] as const)("%s is what a damaged page does to a process", (_, child) => {
  expect(endOf({ ...child, stdout: "" })).toEqual({ how: "died" });
});

test.each([
  ["no memory for V8", { status: null, signal: "SIGTRAP", stderr: "# Fatal process out of memory: Zone" }],
  ["no memory for its heap", { status: null, signal: "SIGABRT", stderr: "JavaScript heap out of memory" }],
  ["a signal of somebody's", { status: null, signal: "SIGKILL", stderr: "" }],
  ["a copy that cannot be written", { status: 74, signal: null, stderr: "No space left on device" }],
] as const)("%s says nothing about the pages", (_, child) => {
  expect(endOf({ ...child, stdout: "" })).toEqual({ how: "failed" });
});

test("what a process says that came to its end", () => {
  expect(endOf({ status: 0, signal: null, stdout: "[]", stderr: "" })).toEqual({ how: "done", output: "[]" });
});
