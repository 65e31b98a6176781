/** A small command table with every kind of word, for the tests of the completion scripts. */
import type { Command } from "../command.ts";

const run = () => Promise.resolve(0);

export const SAMPLE_COMMANDS: readonly Command[] = [
  {
    name: "submit",
    aliases: ["add"],
    summary: "Put a command into the queue: it's [quick]",
    rest: true,
    run,
    positional: [{ name: "command", describe: "What to run", many: true }],
    options: [
      { name: "label", short: "l", type: "string", arg: "TEXT", describe: "A name; don't be shy: [any]" },
      { name: "group", short: "g", type: "string", arg: "NAME", describe: "The group" },
      { name: "cwd", short: "w", type: "string", arg: "DIR", describe: "Working directory" },
      { name: "env", short: "e", type: "list", arg: "K=V", describe: "Set a variable" },
      { name: "each-line", type: "string", arg: "FILE", describe: "One task per line" },
      { name: "held", short: "s", type: "boolean", describe: "Do not start" },
    ],
  },
  {
    name: "kill",
    summary: "Send a signal",
    run,
    positional: [{ name: "selector", describe: "Which tasks", required: true, many: true }],
    options: [
      { name: "signal", short: "s", type: "string", arg: "SIG", describe: "The signal" },
      { name: "sort", type: "string", describe: "Order", suggestions: { words: ["age", "id"] } },
      {
        name: "columns",
        short: "c",
        type: "string",
        describe: "Which",
        suggestions: { words: ["age", "id", "state"], several: true },
      },
    ],
  },
  {
    name: "wait",
    summary: "Wait for tasks",
    run,
    positional: [{ name: "selector", describe: "Which tasks", many: true }],
    options: [{ name: "for", type: "string", choices: ["finished", "success", "running"], describe: "For what" }],
  },
  {
    name: "send",
    summary: "Write to a task",
    options: [],
    run,
    positional: [
      { name: "TASK", describe: "Which task", required: true },
      { name: "TEXT", describe: "What", required: true },
    ],
  },
  {
    name: "daemon",
    summary: "Control the daemon",
    options: [],
    subcommands: [
      {
        name: "stop",
        summary: "Stop it",
        options: [{ name: "kill-tasks", type: "boolean", describe: "End all tasks" }],
        run,
      },
      { name: "status", summary: "Show it", options: [], run },
    ],
  },
];
