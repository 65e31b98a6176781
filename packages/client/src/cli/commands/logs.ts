/** `claudine logs`: the output a task has written. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Client } from "../../client.ts";
import type { Command, Input, Io } from "../command.ts";
import { refuseTooMany, untilInterrupted } from "../follow-tasks.ts";
import { flag, number } from "../input.ts";
import { outputStreams, STREAM_OPTIONS } from "../log-options.ts";
import { logSink, type SinkOptions } from "../log-sink.ts";
import { namesOne, resolveTasks } from "../resolve-task.ts";
import { printJson } from "../print.ts";
import { type StreamName, tail, type TailOptions } from "../tail.ts";

export const logs: Command = {
  name: "logs",
  aliases: ["log"],
  summary: "Show the output of tasks",
  positional: [{ name: "TASK", describe: "One or several; the last one unless told", many: true }],
  options: [
    ...STREAM_OPTIONS,
    { name: "follow", short: "f", type: "boolean", describe: "Go on until the run has ended" },
    { name: "run", type: "number", least: 1, arg: "N", describe: "The N-th run; the last one unless told" },
  ],
  examples: [
    ["claudine logs 12 -n 50", "the last 50 lines"],
    ["claudine logs failed -n 5", "how each that failed ended"],
    ["claudine logs 12 --stdout > result", "exactly the bytes that the task wrote"],
  ],
  async run(input, io) {
    const client = await io.connect();
    const words = input.args.length === 0 ? ["last"] : input.args;
    const ids = await resolveTasks(client, words, "show the output of");
    const wanted = { input, io, client };
    if (flag(input, "follow")) await untilInterrupted(io, ids, (signal) => followAll(wanted, ids, signal));
    else if (flag(input, "json")) {
      const texts = [];
      for (const id of ids) texts.push(await textsOf(wanted, id));
      printTexts(io, namesOne(words) ? texts[0] : texts, ids);
    } else await untilInterrupted(io, ids, (signal) => showAll(wanted, ids, signal));
    return 0;
  },
};

type Wanted = { input: Input; io: Io; client: Client };

/** Of several, each line with its task's id. */
async function followAll(wanted: Wanted, ids: readonly number[], signal: AbortSignal): Promise<void> {
  refuseTooMany(ids);
  const { input } = wanted;
  const options = { signal, follow: true, prefix: ids.length > 1, lines: flag(input, "json") };
  const streams = ids.flatMap((id) => outputStreams(input).map((stream) => ({ ...options, id, stream })));
  await Promise.all(streams.map((one) => showStream(wanted, one)));
}

/** Of several, each under its name, as `tail` does with files. */
async function showAll(wanted: Wanted, ids: readonly number[], signal: AbortSignal): Promise<void> {
  const { input, io } = wanted;
  const named = ids.length > 1 && !flag(input, "quiet");
  for (const [index, id] of ids.entries()) {
    if (named) await io.write("stdout", `${index === 0 ? "" : "\n"}==> task ${id} <==\n`);
    for (const stream of outputStreams(input)) await showStream(wanted, { id, stream, signal, follow: false });
  }
}

type Shown = Pick<TailOptions, "id" | "stream" | "follow" | "signal"> & Pick<SinkOptions, "prefix" | "lines">;

async function showStream({ input, io, client }: Wanted, shown: Shown): Promise<void> {
  const { id, stream, follow, signal, prefix = false, lines = false } = shown;
  const sink = logSink(io, stream, { id, raw: flag(input, "raw"), prefix, lines });
  await tail(client, { ...tailOptions(input, id, stream), follow, signal }, (bytes) => sink.take(bytes));
  await sink.end();
}

/** Text as it is; what is not UTF-8 shows as replacement characters. */
async function textsOf({ input, client }: Wanted, id: number): Promise<Record<string, string | number>> {
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
  return { id, ...texts };
}

/** Node's longest text. */
const JSON_BYTES_MAX = 0x1fffffe8;

function printTexts(io: Io, texts: unknown, ids: readonly number[]): void {
  try {
    printJson(io, texts);
  } catch (error) {
    // Escapes make it longer than it is on the disk, and several are longer together.
    throw error instanceof RangeError ? tooLarge(ids[0] ?? 0) : error;
  }
}

function tooLarge(id: number): ClaudineError {
  return new ClaudineError("too_large", `Cannot show the output of task ${id} as JSON: it is too long for one text`, {
    hint: `claudine logs ${id} --stdout gives its bytes, and -n only the last lines`,
  });
}

function tailOptions(input: Input, id: number, stream: StreamName) {
  return { id, stream, attempt: number(input, "run"), tailLines: number(input, "lines") };
}
