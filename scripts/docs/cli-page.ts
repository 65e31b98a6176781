/** docs/reference/cli.md, from the tables of the verbs. */
import { ERRORS } from "@claudine/protocol";
import type { Command, Option } from "../../packages/client/src/cli/command.ts";
import { COMMANDS } from "../../packages/client/src/cli/commands/index.ts";
import { GLOBAL_OPTIONS } from "../../packages/client/src/cli/global-options.ts";
import { JSON_SHAPES } from "./cli-json.ts";
import { anchor, code, fence, page, table } from "./markdown.ts";

export function cliPage(): string {
  return page(
    "Command line",
    "Data goes to stdout, messages to stderr. The first verb that needs the daemon starts it. `claudine` alone is `claudine list`; `claudine VERB --help` is this page in short.",
    table(
      ["Verb", ""],
      COMMANDS.map(({ name, summary }) => [`[${name}](#${anchor(name)})`, summary]),
    ),
    "## On every verb",
    optionsTable(GLOBAL_OPTIONS),
    "## Naming tasks",
    'Wherever TASK stands: an id (`5`), ranges and lists (`1-3,7`, `2-10:2`), `last` and `last:3`, `all`, a state (`failed`, `running` …), `label:NAME`, `group:NAME`. Several words are joined with "or".',
    "## Exit codes",
    exitCodes(),
    "## Environment",
    table(
      ["Variable", "Meaning"],
      [
        ["`CLAUDINE_SOCKET`", "Path of the daemon's socket, instead of `$XDG_RUNTIME_DIR/claudine/claudined.sock`"],
        ["`CLAUDINED`", "The program that is started as the daemon"],
        [
          "`XDG_RUNTIME_DIR`, `XDG_STATE_HOME`, `XDG_CONFIG_HOME`",
          "Where the socket, the state and the configuration live",
        ],
        ["`NO_COLOR`", "No colours, when it is not empty"],
        [
          "`CLAUDINE_TASK_ID`, `CLAUDINE_RUN`, `CLAUDINE_GROUP`, `CLAUDINE_ARRAY_INDEX`",
          "Set for tasks: their id, attempt, group, and number in an array",
        ],
        ["`CLAUDINE_SOCKET`", "Set for tasks, too, so that `claudine` in a task reaches the daemon that runs it"],
        [
          "`CLAUDINE_ARTIFACTS`",
          "Set for tasks: a folder of the run's own, empty at its start; files in it are kept as long as its output, and `claudine artifacts` gives them",
        ],
        [
          "`CLAUDINE_RUN_UID`",
          "Set for tasks: the mark by which a process that has left its session is still found; leave it as it is",
        ],
      ],
    ),
    ...COMMANDS.flatMap((command) => commandTexts([command])),
  );
}

/** The verb and then its subcommands, each a heading one deeper. */
function commandTexts(path: readonly Command[]): string[] {
  const command = path.at(-1);
  if (command === undefined) return [];
  const name = path.map((one) => one.name).join(" ");
  const { aliases = [], summary, positional = [], options, examples = [], subcommands = [] } = command;
  const blocks = [
    `${"#".repeat(path.length + 1)} ${name}`,
    `${summary}.${aliases.length === 0 ? "" : ` Also: ${aliases.map(code).join(", ")}.`}`,
    command.run === undefined ? "" : fence("", usage(name, command)),
    table(
      ["Argument", "Meaning"],
      positional.map((one) => [code(one.name), one.describe]),
    ),
    optionsTable(options),
    examples.length === 0
      ? ""
      : fence("sh", examples.map(([line, what]) => (what === "" ? line : `${line}   # ${what}`)).join("\n")),
    command.run === undefined ? "" : `With \`--json\`: ${JSON_SHAPES[name] ?? ""}.`,
  ];
  return [
    blocks.filter((block) => block !== "").join("\n\n"),
    ...subcommands.flatMap((one) => commandTexts([...path, one])),
  ];
}

function usage(name: string, { positional = [], options, rest }: Command): string {
  const words = positional.map((one) => {
    const word = one.many === true ? `${one.name}…` : one.name;
    return one.required === true ? word : `[${word}]`;
  });
  return [
    "claudine",
    name,
    ...(options.length === 0 ? [] : ["[options]"]),
    ...(rest === true ? ["[--]"] : []),
    ...words,
  ].join(" ");
}

function optionsTable(options: readonly Option[]): string {
  return table(
    ["Option", "Meaning"],
    options.map(({ name, short, type, optional, arg = "VALUE", describe, choices }) => {
      const value = type === "boolean" ? "" : optional === true ? `[=${arg}]` : ` ${arg}`;
      const words = short === undefined ? `--${name}${value}` : `-${short}, --${name}${value}`;
      return [code(words), choices === undefined ? describe : `${describe}: ${choices.map(code).join(", ")}`];
    }),
  );
}

function exitCodes(): string {
  const rows = new Map<number, string[]>([
    [0, ["Done"]],
    [1, ["`wait`: a task cannot get there any more; `doctor`: something is wrong"]],
    [3, ["`daemon status`, `service status`: it does not run"]],
    [130, ["Ended by Ctrl-C"]],
  ]);
  for (const [name, { exit, means }] of Object.entries(ERRORS))
    rows.set(exit, [...(rows.get(exit) ?? []), `${means} (\`${name}\`)`]);
  const sorted = [...rows].toSorted(([a], [b]) => a - b);
  return (
    `${table(
      ["Code", "Meaning"],
      sorted.map(([exit, means]) => [String(exit), means.join("; ")]),
    )}\n\n` +
    "`submit --follow`, `submit --wait` and `follow` of one task end with the task's own exit code, with 128 plus the signal's number " +
    "when a signal ended it, with 127 when there is no such program and 126 when it cannot be executed, and with 1 when it never ran to an end for another reason."
  );
}
