/** What the verbs that change selected tasks have in common. */
import type { TaskInfo } from "@claudine/protocol/task";
import type { Input, Io, Positional } from "./command.ts";
import { flag } from "./input.ts";
import { nameTasks, printJson, say } from "./print.ts";

export const TASKS: Positional = {
  name: "TASK",
  describe:
    "5, 1-3,7, 2-10:2, last, all, a state, label:NAME, group:NAME, branch:NAME or the address of a pull request",
  required: true,
  many: true,
};

/** Says what was done to which tasks. `done` is in the past tense, as in "Killed". */
export function reportTasks(
  input: Input,
  io: Io,
  { done, tasks }: { done: string; tasks: readonly TaskInfo[] },
): number {
  if (flag(input, "json")) printJson(io, tasks);
  else say(input, io, tasks.length === 0 ? nothingDone(input) : `${done} ${nameTasks(tasks.map(({ id }) => id))}`);
  return 0;
}

export function reportIds(input: Input, io: Io, { done, ids }: { done: string; ids: readonly number[] }): number {
  if (flag(input, "json")) printJson(io, ids);
  else say(input, io, ids.length === 0 ? nothingDone(input) : `${done} ${nameTasks(ids)}`);
  return 0;
}

const LONGEST = 200;

function nothingDone({ args }: Input): string {
  const words = args.join(" ");
  if (words === "") return "No task matches: nothing was done";
  const shown = words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
  return `No task matches ${shown} in a state that allows it: nothing was done`;
}
