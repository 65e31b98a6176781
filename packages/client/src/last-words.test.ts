/** The reason a daemon gives is found in its log, whoever wrote the last line. */
import { expect, test } from "vitest";
import { lastWords } from "./last-words.ts";

const ready = '{"at":"2026-03-14T15:09:26.535Z","level":"info","message":"Ready","pid":7}';
const line = (entry: object) => `${JSON.stringify({ at: "2026-03-14T15:09:26.535Z", level: "error", ...entry })}\n`;

test("a refusal with its hint, its code and all it complains of", () => {
  const problems = ['config.yaml: unknown key "slot"', "config.yaml: another"];
  const refusal = line({ message: problems.join("\n"), hint: "claudine config check", code: "config_invalid" });
  expect(lastWords(`${ready}\n${refusal}`)).toEqual({
    reason: problems[0],
    problems,
    hint: "claudine config check",
    code: "config_invalid",
  });
});

test("a refusal without a hint, before something else", () => {
  const log = `${line({ message: "Is /proc mounted?", code: "os" })}${ready}\n`;
  expect(lastWords(log)).toMatchObject({ reason: "Is /proc mounted?", hint: undefined, code: "os" });
});

test("a logged error with its cause, which has a code of its own", () => {
  const bug = line({ message: "A bug", error: "x is not a function", code: "ERR_X" });
  expect(lastWords(`${ready}\n${bug}`)).toMatchObject({ reason: "A bug: x is not a function", code: undefined });
});

test("an error that Node itself wrote", () => {
  const log =
    "node:internal/modules:1\n  throw err;\n\nError: Cannot find module\n    at Module._load\n\nNode.js v26.10.0\n";
  expect(lastWords(log)).toMatchObject({ reason: "Error: Cannot find module", hint: undefined, code: undefined });
});

test("nothing at all", () => {
  expect(lastWords("")).toBeUndefined();
});
