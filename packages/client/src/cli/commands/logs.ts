/** `claudine logs`: the output a task has written. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Client } from "../../client.ts";
import type { Command, Input, Io } from "../command.ts";
import { untilInterrupted } from "../follow-tasks.ts";
import { flag, number } from "../input.ts";
import { outputStreams, STREAM_OPTIONS } from "../log-options.ts";
import { logSink } from "../log-sink.ts";
import { resolveTask } from "../resolve-task.ts";
import { printJson } from "../print.ts";
import { type StreamName, tail } from "../tail.ts";

export const logs: Command = {
  name: "logs",
  aliases: ["log"],
  summary: "Show the output of a task",
  positional: [{ name: "TASK", describe: "Its id; the last one unless told" }],
  options: [
    ...STREAM_OPTIONS,
    { name: "follow", short: "f", type: "boolean", describe: "Go on until the run has ended" },
    { name: "run", type: "number", arg: "N", describe: "The N-th run; the last one unless told" },
  ],
  examples: [
    ["claudine logs 12 -n 50", "the last 50 lines"],
    ["claudine logs 12 --stdout > result", "exactly the bytes that the task wrote"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const id = await resolveTask(client, input.args[0] ?? "last", "show the output of");
    if (flag(input, "json") && !flag(input, "follow")) await printLogs({ input, io, client, id });
    else await untilInterrupted(io, [id], (signal) => showLogs({ input, io, client, id }, signal));
    return 0;
  },
};

type Wanted = { input: Input; io: Io; client: Client; id: number };

async function showLogs({ input, io, client, id }: Wanted, signal: AbortSignal): Promise<void> {
  const follow = flag(input, "follow");
  const show = async (stream: StreamName) => {
    const sink = logSink(io, stream, { id, raw: flag(input, "raw"), lines: flag(input, "json") });
    await tail(client, { ...tailOptions(input, id, stream), follow, signal }, (bytes) => sink.take(bytes));
    await sink.end();
  };
  if (follow) await Promise.all(outputStreams(input).map(show));
  else for (const stream of outputStreams(input)) await show(stream);
}

/** Text as it is; what is not UTF-8 shows as replacement characters. */
async function printLogs({ input, io, client, id }: Wanted): Promise<void> {
  const texts: Record<string, string> = {};
  let bytesLeft = JSON_BYTES_MAX;
  for (const stream of outputStreams(input)) {
    const pieces: Buffer[] = [];
    await tail(client, { ...tailOptions(input, id, stream), follow: false }, async (bytes) => {
      bytesLeft -= bytes.length;
      if (bytesLeft < 0) throw tooLarge(id);
      pieces.push(bytes);
    });
    texts[stream] = Buffer.concat(pieces).toString("utf8");
  }
  try {
    printJson(io, { id, ...texts });
  } catch (error) {
    // Escapes make it longer than it is on the disk.
    throw error instanceof RangeError ? tooLarge(id) : error;
  }
}

/** Node's longest text. */
const JSON_BYTES_MAX = 0x1fffffe8;

function tooLarge(id: number): ClaudineError {
  return new ClaudineError("too_large", `Cannot show the output of task ${id} as JSON: it is too long for one text`, {
    hint: `claudine logs ${id} --stdout gives its bytes, and -n only the last lines`,
  });
}

function tailOptions(input: Input, id: number, stream: StreamName) {
  return { id, stream, attempt: number(input, "run"), tailLines: number(input, "lines") };
}
