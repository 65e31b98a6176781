/** Many tasks in one submit: from lines, from an array of numbers, from JSON. */
import { resolve } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { SubmitTask } from "@claudine/protocol/methods";
import { parsePriority } from "@claudine/protocol/priority";
import { quoteArgv } from "@claudine/protocol/text";

type Shared = Omit<SubmitTask, "command">;
const MAX_TASKS = 100_000;

function refuse(why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", `Cannot submit: ${why}`, { hint });
}

/** A task for each line that is not empty: the line itself, or `command` with the line for `{}`, or after it when there is no `{}`. */
export function eachLine(
  content: string,
  command: string | readonly string[] | undefined,
  shared: Shared,
): SubmitTask[] {
  const lines = withoutMark(content)
    .split("\n")
    .map((line) => line.replace(/\r$/, ""))
    .filter((line) => line.trim() !== "");
  if (lines.length === 0) throw refuse("there is no line with a command");
  return lines.map((line) => ({ ...shared, command: command === undefined ? line : putIn(command, line) }));
}

/** In text for a shell the line is quoted, so that it stays one word whatever it holds. */
function putIn(command: string | readonly string[], line: string): string | string[] {
  if (typeof command !== "string") {
    return command.some((word) => word.includes("{}"))
      ? command.map((word) => word.replaceAll("{}", () => line))
      : [...command, line];
  }
  const quoted = quoteArgv([line]);
  return command.includes("{}") ? command.replaceAll("{}", () => quoted) : `${command} ${quoted}`;
}

/** A task for each number of `1-100:2`, `1,5,9` or a mix. */
export function fromArray(ranges: string, task: SubmitTask): SubmitTask[] {
  const hint = "Write 1-100, 1-100:2 or 1,5,9";
  const tasks: SubmitTask[] = [];
  for (const range of ranges.split(",")) {
    const match = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(range.trim());
    if (match === null) throw refuse(`"${range}" is not an array of numbers`, hint);
    const [from, to, step] = [Number(match[1]), Number(match[2] ?? match[1]), Number(match[3] ?? 1)];
    if (to < from || step < 1) throw refuse(`the array "${range}" does not run upwards`, hint);
    if (tasks.length + (to - from) / step >= MAX_TASKS) throw refuse(`an array has at most ${MAX_TASKS} tasks`);
    for (let arrayIndex = from; arrayIndex <= to; arrayIndex += step) tasks.push({ ...task, arrayIndex });
  }
  return tasks;
}

/** A JSON array of tasks, one task, or a task per line; what a task does not say is taken from the options. */
export function fromJson(content: string, shared: Shared): SubmitTask[] {
  const tasks = parseJson(withoutMark(content)).map((value, index) => {
    const task = typeof value === "string" || Array.isArray(value) ? { command: value } : value;
    if (typeof task !== "object" || task === null || !("command" in task))
      throw refuse(`task ${index + 1} of the JSON has no "command"`);
    return { ...shared, ...task, ...envOf(shared, task), ...cwdOf(task), ...priorityOf(task) } as SubmitTask;
  });
  if (tasks.length === 0) throw refuse("the JSON holds no task");
  return tasks;
}

/** The byte order mark that some editors put before UTF-8. */
function withoutMark(content: string): string {
  return content.startsWith("\uFEFF") ? content.slice(1) : content;
}

function envOf(shared: Shared, task: object): { env?: Record<string, string> } {
  const own = "env" in task ? (task.env as Record<string, string>) : undefined;
  return shared.env === undefined || typeof own !== "object" ? {} : { env: { ...shared.env, ...own } };
}

/** A name becomes its number. */
function priorityOf(task: object): { priority?: number } {
  return "priority" in task && typeof task.priority === "string" ? { priority: parsePriority(task.priority) } : {};
}

function cwdOf(task: object): { cwd?: string } {
  return "cwd" in task && typeof task.cwd === "string" && task.cwd !== "" ? { cwd: resolve(task.cwd) } : {};
}

function parseJson(content: string): unknown[] {
  try {
    const value: unknown = JSON.parse(content);
    return Array.isArray(value) ? value : [value];
  } catch {
    return content.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [parseLine(line, index + 1)]));
  }
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw refuse(
      `line ${number} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      "Give an array of tasks, or one task per line",
    );
  }
}
