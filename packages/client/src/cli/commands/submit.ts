/** `claudine submit`: takes commands into the queue. The hot path: whatever a plain submit does not need is loaded later. */
import type { Command, Input, Io } from "../command.ts";
import { flag, number } from "../input.ts";
import { PRIORITY_OPTION, RULE_OPTIONS } from "../rules/options.ts";
import { WORKTREE_OPTIONS } from "../rules/worktree-options.ts";
import { buildTasks, callerEnv } from "../submit-tasks.ts";
import { workingDirectory } from "../working-directory.ts";

export const submit: Command = {
  name: "submit",
  aliases: ["add"],
  summary: "Put a command into the queue and print its id",
  positional: [{ name: "command", describe: "One word runs by your shell; several execute as they are", many: true }],
  rest: true,
  options: [
    {
      name: "label",
      short: "l",
      type: "string",
      arg: "TEXT",
      describe: "A name for people; select by it with label:TEXT",
    },
    { name: "group", short: "g", type: "string", arg: "NAME", describe: "The group whose slots it takes" },
    PRIORITY_OPTION,
    { name: "cwd", short: "w", type: "string", arg: "DIR", describe: "Working directory, instead of this one" },
    {
      name: "env",
      short: "e",
      type: "list",
      arg: "K=V",
      describe: "Set a variable; NAME alone takes it from this shell; repeat for more",
    },
    { name: "held", short: "s", type: "boolean", describe: "Do not start before `claudine release`" },
    {
      name: "follow",
      short: "f",
      type: "boolean",
      describe: "Show the output as it comes and exit with the task's exit code",
    },
    { name: "wait", type: "boolean", describe: "Wait for the end and exit with the task's exit code" },
    { name: "stdin", type: "boolean", describe: "Keep standard input open for `claudine send`" },
    {
      name: "on-lost",
      type: "string",
      arg: "WHAT",
      choices: ["fail", "requeue"],
      describe: "When the run is lost, as by a restart of the machine: fail (the default), or requeue the task",
    },
    {
      name: "lost-limit",
      type: "number",
      least: 0,
      arg: "N",
      describe: "With --on-lost requeue: at most so often (3)",
    },
    ...RULE_OPTIONS,
    ...WORKTREE_OPTIONS,
    { name: "key", type: "string", arg: "TEXT", describe: "Submitting it again with this key gives the task there is" },
    {
      name: "if-running",
      type: "string",
      arg: "WHAT",
      choices: ["skip", "replace", "queue"],
      describe:
        "When one of the same label, else the same command, is unfinished: take that one, end it first, or start after it",
    },
    {
      name: "max-fails",
      type: "number",
      least: 0,
      arg: "N",
      describe: "When more tasks of this call have failed, cancel the others",
    },
    { name: "on-finish", type: "string", arg: "COMMAND", describe: "A shell command to run when the task has ended" },
    {
      name: "each-line",
      type: "string",
      arg: "FILE",
      describe: "One task per line of FILE or - : each a shell command, or put into the command for {} (or after it)",
    },
    { name: "array", type: "string", arg: "1-100:2", describe: "One task per number, in CLAUDINE_ARRAY_INDEX" },
    {
      name: "from-json",
      type: "string",
      arg: "FILE",
      describe: "Tasks as a JSON array or as JSON lines, from FILE or -; keys as in SubmitTask, times in ms",
    },
  ],
  examples: [
    ["claudine submit make -j4 test", "runs it with exactly these words"],
    ["claudine submit 'sort big.txt | uniq -c > out'", "one word: your shell runs it"],
    ["claudine submit -f -l nightly -- ./backup.sh --full", "shows its output and exits as it does"],
    ["claudine submit --after last --at 'tomorrow 9am' ./deploy.sh", "when that has succeeded, and not before 9"],
    ["claudine submit --retries 3 --retry-delay 5s --backoff exponential --timeout 1h ./fetch.sh", ""],
    ["claudine submit --worktree -l tidy ./rewrite.sh", "on a branch of its own; your checkout stays as it is"],
    ["ls *.wav | claudine submit --each-line - flac --best {}", "a task for every file"],
  ],
  run,
};

async function run(input: Input, io: Io): Promise<number> {
  const tasks = await buildTasks(input, io);
  const client = await io.connect();
  const maxFails = number(input, "max-fails");
  const { ids, uids, existing } = await client.call("task.submit", {
    env: await callerEnv(io.env),
    cwd: await workingDirectory(),
    umask: process.umask(),
    tasks,
    ...(maxFails === undefined ? {} : { maxFails }),
  });
  if (flag(input, "follow") || flag(input, "wait")) {
    const { afterSubmit } = await import("../after-submit.ts");
    return afterSubmit({ input, io, client, ids, uids, existing });
  }
  io.out(flag(input, "json") ? `${JSON.stringify({ ids, uids, existing })}\n` : ids.map((id) => `${id}\n`).join(""));
  return 0;
}
