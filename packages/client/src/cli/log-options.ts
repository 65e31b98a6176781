/** The options of the verbs that show output. */
import { ClaudineError } from "@claudine/protocol/errors";
import { parseDuration } from "@claudine/protocol/units";
import type { Input, Option } from "./command.ts";
import { flag, text } from "./input.ts";
import type { SinkOptions } from "./log-sink.ts";
import { BOTH_STREAMS, type StreamName } from "./tail.ts";

export const OUTPUT_OPTIONS: readonly Option[] = [
  {
    name: "lines",
    short: "n",
    type: "number",
    least: 0,
    arg: "N",
    describe: "Begin with the last N lines; with --grep the last N that match",
  },
  { name: "stdout", type: "boolean", describe: "Only standard output" },
  { name: "stderr", type: "boolean", describe: "Only standard error" },
  { name: "timestamps", short: "t", type: "boolean", describe: "Say before each line when it was written" },
  { name: "since", type: "string", arg: "TIME", describe: "What was written since: 10m ago, 17:30, 2026-11-21T17:30" },
  { name: "grep", type: "string", arg: "RE", describe: "Only lines that match this regular expression" },
  {
    name: "raw",
    type: "boolean",
    describe: "Control bytes reach the terminal as they are, and an agent's stream as it wrote it",
  },
];

/** Both unless one is asked for. */
export function outputStreams(input: Input): readonly StreamName[] {
  const chosen = BOTH_STREAMS.filter((stream) => flag(input, stream));
  return chosen.length === 0 ? BOTH_STREAMS : chosen;
}

/** @throws ClaudineError invalid_params */
export function sinkOptions(input: Input): Pick<SinkOptions, "raw" | "timestamps" | "grep"> {
  return { raw: flag(input, "raw"), timestamps: flag(input, "timestamps"), grep: pattern(input) };
}

function pattern(input: Input): RegExp | undefined {
  const source = text(input, "grep");
  try {
    return source === undefined ? undefined : new RegExp(source);
  } catch (error) {
    throw new ClaudineError("invalid_params", `--grep: ${error instanceof Error ? error.message : String(error)}`, {
      hint: String.raw`A dot, a bracket and the like are put as \. and \[`,
    });
  }
}

/** An option that is a time in the past, as epoch ms. @throws ClaudineError invalid_params */
export function sinceTime(input: Input, option: string, now: number): number | undefined {
  const word = text(input, option)?.trim().replace(/ ago$/, "");
  if (word === undefined) return undefined;
  const at = durationAgo(word, now) ?? dayTime(word, now) ?? Date.parse(word);
  if (Number.isFinite(at) && at >= 0) return Math.round(at);
  throw new ClaudineError("invalid_params", `--${option} ${word}: that is no time`, {
    hint: "Write 10m, 2h30m, 17:30, or 2026-11-21T17:30",
  });
}

function durationAgo(word: string, now: number): number | undefined {
  try {
    return now - parseDuration(word);
  } catch {
    return undefined;
  }
}

/** The last time that the clock showed this. */
function dayTime(word: string, now: number): number | undefined {
  const match = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(word);
  if (match === null) return undefined;
  const date = new Date(now);
  date.setHours(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), 0);
  if (date.getTime() > now) date.setDate(date.getDate() - 1);
  return date.getTime();
}
