/** `claudine logs`: the output a task has written. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Client } from "../../client.ts";
import { showFeedback } from "../agents/feedback.ts";
import type { Command, Input, Io } from "../command.ts";
import { followOutput, untilInterrupted } from "../follow-tasks.ts";
import { flag, number } from "../input.ts";
import { outputTexts, printTexts } from "../log-json.ts";
import { outputStreams, OUTPUT_OPTIONS, sinceTime, sinkOptions } from "../log-options.ts";
import { namesOne, resolveTasks } from "../resolve-task.ts";
import { showRun, type RunWanted } from "../show-run.ts";
import { FAILED_STATES } from "../states.ts";

export const logs: Command = {
  name: "logs",
  aliases: ["log"],
  summary: "Show the output of tasks",
  positional: [{ name: "TASK", describe: "One or several; the last one unless told", many: true }],
  options: [
    ...OUTPUT_OPTIONS,
    { name: "until", type: "string", arg: "TIME", describe: "What was written until then" },
    { name: "follow", short: "f", type: "boolean", describe: "Go on until the task has ended; with --run the run" },
    { name: "run", type: "number", least: 1, arg: "N", describe: "The N-th run; the last one unless told" },
    { name: "feedback", type: "boolean", describe: "Instead: what was said to an agent by claudine continue and send" },
    { name: "all-failed", type: "boolean", describe: "Of all tasks that failed, took too long or were lost" },
  ],
  examples: [
    ["claudine logs 12 -n 50", "the last 50 lines"],
    ["claudine logs 12 --since 10m --timestamps", "what it wrote in the last ten minutes, and when"],
    ["claudine logs --all-failed -n 5", "how each that failed ended"],
    ["claudine logs 12 --stdout > result", "exactly the bytes that the task wrote"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const words = wordsOf(input);
    const ids = await resolveTasks(client, words, "show the output of");
    if (flag(input, "feedback")) return showFeedback({ input, io, client }, ids);
    const wanted: Wanted = { input, io, client, range: rangeOf(input) };
    const isLines = flag(input, "timestamps") || input.flags["grep"] !== undefined;
    if (flag(input, "follow")) await untilInterrupted(io, ids, (signal) => followAll(wanted, ids, signal));
    else if (flag(input, "json") && !isLines) await printAll(wanted, ids, namesOne(words));
    else await untilInterrupted(io, ids, (signal) => showAll(wanted, ids, signal));
    return 0;
  },
};

type Range = Pick<RunWanted, "attempt" | "tailLines" | "since" | "until" | "streams">;
type Wanted = { input: Input; io: Io; client: Client; range: Range };

/** @throws ClaudineError invalid_params */
function wordsOf(input: Input): readonly string[] {
  if (!flag(input, "all-failed")) return input.args.length === 0 ? ["last"] : input.args;
  if (input.args.length === 0) return FAILED_STATES;
  throw new ClaudineError("invalid_params", "--all-failed does not go with tasks", { hint: "Give one of them" });
}

/** @throws ClaudineError invalid_params */
function rangeOf(input: Input): Range {
  const now = Date.now();
  const until = sinceTime(input, "until", now);
  if (until !== undefined && flag(input, "follow"))
    throw new ClaudineError("invalid_params", "--until does not go with --follow", { hint: "Give one of them" });
  return {
    streams: outputStreams(input),
    attempt: number(input, "run"),
    tailLines: number(input, "lines"),
    since: sinceTime(input, "since", now),
    until,
  };
}

/** Of several, each line with its task's id. */
async function followAll({ range, ...io }: Wanted, ids: readonly number[], signal: AbortSignal): Promise<void> {
  const { attempt, until: _until, ...from } = range;
  const begin = attempt === undefined ? "last" : { onlyRun: attempt };
  await followOutput({ ...io, ...from, begin, ids }, signal);
}

/** Of several, each under its name, as `tail` does with files. */
async function showAll(
  { input, io, client, range }: Wanted,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const lines = flag(input, "json");
  const named = ids.length > 1 && !flag(input, "quiet") && !lines;
  const show = { ...sinkOptions(input), lines };
  for (const [index, id] of ids.entries()) {
    if (named) await io.write("stdout", `${index === 0 ? "" : "\n"}==> task ${id} <==\n`);
    await showRun(io, client, { ...range, id, show, follow: false, signal });
  }
}

async function printAll({ io, client, range }: Wanted, ids: readonly number[], isOne: boolean): Promise<void> {
  const texts = [];
  for (const id of ids) texts.push(await outputTexts(client, { ...range, id }));
  printTexts(io, isOne ? texts[0] : texts, ids);
}
