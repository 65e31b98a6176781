/** `claudine continue`: goes on with the session of an agent's task. */
import { ClaudineError } from "@claudine/protocol/errors";
import { isFinished, STATES } from "@claudine/protocol/states";
import type { Client } from "../../client.ts";
import { reportTasks } from "../act.ts";
import type { Command, Input, Io } from "../command.ts";
import { withEditedPrompt } from "../editing/prompt.ts";
import { given } from "../given.ts";
import { flag, text } from "../input.ts";
import { resolveTask } from "../resolve-task.ts";
import { callerEnv } from "../submit-tasks.ts";

const CONFLICTS = ["fail", "merge", "override"] as const;

export const goOn: Command = {
  name: "continue",
  summary: "Go on with the session of an agent's task that has ended, as a new run of it",
  positional: [
    { name: "TASK", describe: "Its id, last, its branch, or the address of its pull request", required: true },
    { name: "FEEDBACK", describe: "Your editor opens without it; - reads standard input", many: true },
  ],
  options: [
    { name: "feedback", type: "string", arg: "TEXT", describe: "What is said to it, as one word" },
    { name: "feedback-file", type: "string", arg: "FILE", describe: "What is said to it is in FILE" },
    {
      name: "on-conflict",
      type: "string",
      arg: "HOW",
      describe: "When others have changed its worktree since: fail (unless told), merge or override",
      suggestions: { words: ["fail", "merge", "override"] },
    },
    { name: "env", type: "boolean", describe: "Give it the environment of this shell" },
  ],
  examples: [
    ["claudine continue 12 'The tests in test/ fail now'", "in the same session and folder"],
    ["claudine continue fix-login 'Rename it, please'", "the task with that branch"],
    ["claudine continue last", "writes the feedback in your editor"],
    ["npm test 2>&1 | claudine continue 12 -", "reads the feedback"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const id = await resolveTask(client, taskWord(input.args[0] ?? ""), "continue");
    const env = flag(input, "env") ? await callerEnv(io.env) : undefined;
    const onConflict = onConflictOf(input);
    const goOnWith = (feedback: string) =>
      client.call("agent.continue", { id, feedback, ...given({ env, onConflict }) });
    const feedback = await feedbackOf(input, io);
    const { tasks } = await (feedback === undefined ? edited({ client, io }, id, goOnWith) : goOnWith(feedback));
    return reportTasks(input, io, { done: "Continued:", tasks });
  },
};

/** @throws ClaudineError invalid_params */
function onConflictOf(input: Input): (typeof CONFLICTS)[number] | undefined {
  const word = text(input, "on-conflict");
  const how = CONFLICTS.find((one) => one === word);
  if (word === undefined || how !== undefined) return how;
  throw new ClaudineError("invalid_params", `Cannot continue: --on-conflict ${word.slice(0, 40)} is no way to do it`, {
    hint: `Write ${CONFLICTS.join(", ")}`,
  });
}

/** Any other word is the name of a branch. */
function taskWord(word: string): string {
  const words: readonly string[] = STATES;
  const isSelector = /^(\d[\d,:-]*|all|last(:\d+)?|(label|group|branch|https?):.*)$/.test(word) || words.includes(word);
  return isSelector || word === "" ? word : `branch:${word}`;
}

/** Undefined where it is to be written in the editor. @throws ClaudineError */
async function feedbackOf(input: Input, io: Io): Promise<string | undefined> {
  const words = input.args.slice(1);
  const [option, file] = [text(input, "feedback"), text(input, "feedback-file")];
  if ([words.length > 0, option !== undefined, file !== undefined].filter(Boolean).length > 1)
    throw new ClaudineError("invalid_params", "Cannot continue: the feedback is given more than once", {
      hint: "Give words, --feedback or --feedback-file",
    });
  if (option !== undefined) return option;
  if (file !== undefined) return io.read(file);
  if (words.length === 0) return undefined;
  return words.length === 1 && words[0] === "-" ? io.read("-") : words.join(" ");
}

/** What would be refused anyhow is not worth writing. @throws ClaudineError */
async function edited<T>(
  { client, io }: { client: Client; io: Io },
  id: number,
  take: (feedback: string) => Promise<T>,
): Promise<T> {
  const { task } = await client.call("task.get", { id });
  if (task.agent === null || !isFinished(task.state)) {
    const why = task.agent === null ? "it is no agent's" : `it is ${task.state}`;
    throw new ClaudineError("wrong_state", `Cannot continue task ${id}: ${why}`, {
      hint: `claudine show ${id} tells what it is`,
    });
  }
  return withEditedPrompt(io.env, take, {
    refusal: `Cannot continue task ${id}: the feedback is empty`,
    instead: `claudine continue ${id} TEXT`,
  });
}
