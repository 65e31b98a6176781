/** The options of the verbs that show output. */
import type { Input, Option } from "./command.ts";
import { flag } from "./input.ts";
import { BOTH_STREAMS, type StreamName } from "./tail.ts";

export const STREAM_OPTIONS: readonly Option[] = [
  { name: "lines", short: "n", type: "number", least: 0, arg: "N", describe: "Begin with the last N lines" },
  { name: "stdout", type: "boolean", describe: "Only standard output" },
  { name: "stderr", type: "boolean", describe: "Only standard error" },
  { name: "raw", type: "boolean", describe: "Control bytes reach the terminal as they are" },
];

/** Both unless one is asked for. */
export function outputStreams(input: Input): readonly StreamName[] {
  const chosen = BOTH_STREAMS.filter((stream) => flag(input, stream));
  return chosen.length === 0 ? BOTH_STREAMS : chosen;
}
