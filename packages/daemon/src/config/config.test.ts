import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config } from "@claudine/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { configText, loadConfig } from "./config.ts";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "config-"));
  file = join(dir, "config.yaml");
});
afterEach(() => rmSync(dir, { recursive: true }));

function load(yaml: string): Config {
  writeFileSync(file, yaml);
  return loadConfig(file);
}

it("takes the defaults without a file, and with an empty one", () => {
  expect(loadConfig(file)).toEqual(Config.parse({}));
  expect(load("# nothing\n")).toEqual(Config.parse({}));
});

it("reads back what it writes", () => {
  const config = load(
    "slots: 3\ngrace: 1m30s\nsampleInterval: 250ms\nsecretNames: [DSN]\nshell: /bin/bash\nlog: {level: debug}\n",
  );
  expect(config).toMatchObject({
    slots: 3,
    grace: 90_000,
    sampleInterval: 250,
    secretNames: ["DSN"],
    log: { level: "debug" },
  });
  expect(configText(config)).toContain("grace: 90s\nsampleInterval: 250ms\n");
  expect(load(configText(config))).toEqual(config);
  expect(load(configText(Config.parse({})))).toEqual(Config.parse({}));
});

it("takes what agents may spend, and writes it as it was", () => {
  const config = load("agent: {budgets: {day: {usd: 50, tokens: 20M}, task: {tokens: 800000}, atLimit: hold}}\n");
  const budgets = { day: { usd: 50, tokens: 20_000_000 }, task: { tokens: 800_000 }, atLimit: "hold" };
  expect(config.agent.budgets).toEqual(budgets);
  expect(load(configText(config)).agent.budgets).toEqual(budgets);
});

it.each([
  ["{day: {usd: 0}}", /agent\.budgets\.day\.usd: expected more than 0$/m],
  ["{day: {usd: -1}}", /agent\.budgets\.day\.usd/],
  ["{day: {usd: .nan}}", /agent\.budgets\.day\.usd/],
  ["{day: {usd: .inf}}", /agent\.budgets\.day\.usd/],
  ["{day: {usd: 2000000}}", /agent\.budgets\.day\.usd/],
  ["{task: {tokens: many}}", /"many" is no number of tokens; write 800K, 5M or 250000/],
  ["{task: {tokens: 0}}", /expected a whole number of tokens, from 1 to 1000G/],
  ["{task: {tokens: 1.5}}", /expected a whole number of tokens/],
  ["{day: {dollars: 5}}", /unknown key "dollars" in agent\.budgets\.day/],
  ["{week: {usd: 5}}", /unknown key "week" in agent\.budgets/],
  ["{atLimit: stop}", /agent\.budgets\.atLimit/],
])("refuses the budgets %s", (budgets, words) => {
  expect(() => load(`agent: {budgets: ${budgets}}\n`)).toThrow(words);
});

it("takes a bare number for seconds", () => {
  expect(load("grace: 2.5\n").grace).toBe(2500);
});

it.each([
  [
    "an unknown option inside another, with the nearest one there",
    "log:\n  levle: info\n",
    /unknown key "levle" in log; did you mean "level"\?$/,
  ],
  ["an unknown option, with the nearest one", "slot: 3\n", /config\.yaml: unknown key "slot"; did you mean "slots"\?$/],
  ["a value that is not one", "slots: many\n", /config\.yaml: slots: expected "auto" or number, received string$/],
  [
    "a duration that is not one",
    "grace: soon\n",
    /config\.yaml: grace: "soon" is not a duration; write 90s, 15m, 1h30m or 2d$/,
  ],
  [
    "a size that is not one, where it may be off",
    "output: {maxBytes: 3X}\n",
    /config\.yaml: output\.maxBytes: "3X" is not a size; write 512M, 4G or 100K$/,
  ],
  [
    "what is neither a size nor off",
    "output: {maxBytes: [1]}\n",
    /config\.yaml: output\.maxBytes: expected "off" or number, received array or string, received array$/,
  ],
  ["text that is no YAML", "slots: [\n", /config\.yaml: not valid YAML: /],
  ["aliases that multiply", `a: &a [1]\nb: [${"*a, ".repeat(20)}*a]\n`, /config\.yaml: (not valid YAML|unknown key)/],
])("refuses %s", (_what, yaml, message) => {
  expect(() => load(yaml)).toThrow(
    expect.objectContaining({ code: "config_invalid", message: expect.stringMatching(message) }),
  );
});

it("says every problem on a line of its own", () => {
  expect(() => load("slots: 0\njournalKeep: 1\n")).toThrow(/slots: .*\n.*journalKeep: /);
});

it.each([
  ["bytes that are no text", Buffer.from([0x61, 0xff, 0x0a]), "it is not UTF-8"],
  ["a file that is too large", Buffer.alloc(1_000_001, "#"), "it has 1000001 bytes"],
  ["several documents", Buffer.from("slots: 3\n---\nslots: 4\n"), "multiple documents"],
  ["tags", Buffer.from("slots: !!js/function x\n"), "Unresolved tag"],
  ["nesting without end", Buffer.from(`a: ${"[".repeat(100_000)}`), "not valid YAML"],
  ["the same option twice", Buffer.from("slots: 3\nslots: 4\n"), "must be unique"],
  ["a time too long to count", Buffer.from(`grace: ${"9".repeat(300)}d\n`), "grace: "],
  ["a time that is too short", Buffer.from("sampleInterval: 0\n"), "sampleInterval: expected a time from 50ms to 1h"],
])("refuses %s", (_what, bytes, words) => {
  writeFileSync(file, bytes);
  expect(() => loadConfig(file)).toThrow(
    expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(words) }),
  );
});

it("refuses what is not a file, instead of waiting for it to end", () => {
  const refused = expect.objectContaining({ code: "config_invalid", message: `Cannot read ${file}: it is not a file` });
  mkdirSync(file);
  expect(() => loadConfig(file)).toThrow(refused);
  rmSync(file, { recursive: true });
  execFileSync("mkfifo", [file]);
  expect(() => loadConfig(file)).toThrow(refused);
});
