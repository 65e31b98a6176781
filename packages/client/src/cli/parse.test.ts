import { expect, test } from "vitest";
import type { Command, Runnable } from "./command.ts";
import { COMMANDS } from "./commands/index.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";
import { parseCommand } from "./parse.ts";

const leaf = (name: string, more: Partial<Runnable> = {}): Runnable => ({
  name,
  summary: name,
  options: [],
  run: async () => 0,
  ...more,
});
const tree: Command = {
  name: "daemon",
  summary: "daemon",
  options: [{ name: "deep", type: "boolean", describe: "" }],
  subcommands: [
    leaf("stop", { options: [{ name: "kill-tasks", type: "boolean", describe: "" }] }),
    leaf("status", { aliases: ["st"] }),
  ],
};
const kill = leaf("kill", { positional: [{ name: "TASK", describe: "which", required: true, many: true }] });
const show = leaf("show", { positional: [{ name: "TASK", describe: "which" }] });

test("options before the verb, of the verb and of every verb come together", () => {
  expect(parseCommand(kill, ["1", "--json", "2"], { quiet: true })).toMatchObject({
    kind: "run",
    input: { args: ["1", "2"], flags: { quiet: true, json: true } },
  });
});

test("a word names the subcommand, whose options may follow", () => {
  expect(parseCommand(tree, ["--deep", "stop", "--kill-tasks"])).toMatchObject({
    kind: "run",
    command: { name: "stop" },
    input: { flags: { deep: true, "kill-tasks": true } },
  });
  expect(parseCommand(tree, ["st"])).toMatchObject({ kind: "run", command: { name: "status" } });
});

test("a command that only has subcommands needs one of them", () => {
  expect(parseCommand(tree, [])).toMatchObject({
    kind: "usage",
    problem: { message: "daemon needs to be told what to do: stop, status" },
  });
});

test("help is of the innermost verb", () => {
  const path = (words: string[]) => {
    const parsed = parseCommand(tree, words);
    return parsed.kind === "help" ? parsed.path.map(({ name }) => name) : parsed.kind;
  };
  expect(path(["-h"])).toEqual(["daemon"]);
  expect(path(["stop", "--help"])).toEqual(["daemon", "stop"]);
});

test("what is missing or too much is told", () => {
  expect(parseCommand(kill, [])).toMatchObject({ kind: "usage", problem: { message: "kill needs TASK: which" } });
  expect(parseCommand(show, ["1", "2"])).toMatchObject({
    kind: "usage",
    problem: { message: 'show does not take "2"' },
  });
  expect(parseCommand(tree, ["sotp"])).toMatchObject({
    kind: "usage",
    problem: { unknown: { word: "sotp", known: ["stop", "status"] } },
  });
});

/** Every command of the table, subcommands too, with the path to it. */
function* everyCommand(commands: readonly Command[], path = ""): Generator<[string, Command]> {
  for (const command of commands) {
    const name = `${path}${command.name}`;
    yield [name, command];
    yield* everyCommand(command.subcommands ?? [], `${name} `);
  }
}

test.each([...everyCommand(COMMANDS)])("the table of %s has no option twice", (_name, command) => {
  const options = [...command.options, ...GLOBAL_OPTIONS];
  const names = options.flatMap(({ name, short }) =>
    short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`],
  );
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("no verb has two meanings", () => {
  const names = COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
});
