/** What a schema finds wrong is said in words, not in its own terms. */
import { METHODS } from "@claudine/protocol";
import { expect, test } from "vitest";
import { describeIssues } from "./issues.ts";

const call = { env: {}, cwd: "/", umask: 0 };

test.for([
  ["many tasks", { tasks: Array(100_001).fill({ command: "true" }) }, "tasks: expected at most 100,000 items"],
  ["no tasks", { tasks: [] }, "tasks: expected at least 1 item"],
  [
    "a long label",
    { tasks: [{ command: "true", label: "x".repeat(4097) }] },
    "task 1: label: expected at most 4,096 characters",
  ],
  [
    "an empty label",
    { tasks: [{ command: "true", label: "" }] },
    "task 1: label: a label is not empty; leave it out for none",
  ],
  ["a number", { umask: -1, tasks: [{ command: "true" }] }, "umask: expected at least 0"],
] as const)("too much or too little: %s", ([, params, words]) => {
  const schema = METHODS["task.submit"].params;
  const { error } = schema.safeParse({ ...call, ...params });
  expect(error === undefined ? [] : describeIssues(error, schema)).toEqual([words]);
});
