import { expect, test } from "vitest";
import { ended, makeTask, queued, running } from "../testing/make-task.ts";
import { parseFilter } from "./filter.ts";

const TASKS = [
  makeTask(1, queued(1), { command: "make all", label: "Build" }),
  makeTask(2, running(1), { command: "sleep 12", group: "gpu" }),
  makeTask(3, ended("failed", 1), { command: "echo failed" }),
  makeTask(12, ended("failed", 1), { command: "make test", label: "nightly build" }),
  makeTask(13, ended("succeeded", 1), { command: "grep failed log" }),
];
const found = (text: string) => TASKS.filter(parseFilter(text)?.test ?? (() => true)).map(({ id }) => id);

test.for([
  ["", [1, 2, 3, 12, 13]],
  ["  ", [1, 2, 3, 12, 13]],
  ["build", [1, 12]],
  ["MAKE", [1, 12]],
  ["make build", [1, 12]],
  ["make !nightly", [1]],
  ["failed", [3, 12]],
  ["text:failed", [3, 13]],
  ["failed running", [2, 3, 12]],
  ["failed,running make", [12]],
  ["state:failed", [3, 12]],
  ["fail", [3, 13]],
  ["all !failed", [1, 2, 13]],
  ["1-13:2", [1, 3, 13]],
  ["12", [12]],
  ["1-3,13", [1, 2, 3, 13]],
  ["!1-3", [12, 13]],
  ["label:Build", [1]],
  ["label:build", []],
  ["!label:Build group:default", [3, 12, 13]],
  ["group:gpu", [2]],
  ["!", [1, 2, 3, 12, 13]],
  ["nothing like it", []],
] as const)("%j leaves %j", ([text, expected]) => {
  expect(found(text)).toEqual(expected);
});
