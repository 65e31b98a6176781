/** The output of tasks as one JSON document. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Client } from "../client.ts";
import type { Io } from "./command.ts";
import { lastLines } from "./last-lines.ts";
import { printJson } from "./print.ts";
import { lastRun } from "./show-run.ts";
import { type StreamName, tail, type TailOptions } from "./tail.ts";

type Wanted = Pick<TailOptions, "id" | "attempt" | "tailLines" | "since" | "until"> & {
  streams: readonly StreamName[];
};
type Texts = { id: number; stdout?: string; stderr?: string; leftOutBytes?: Partial<Record<StreamName, number>> };

/** Text as it is; what is not UTF-8 shows as replacement characters. */
export async function outputTexts(client: Client, { streams, ...asked }: Wanted): Promise<Texts> {
  const texts: Texts = { id: asked.id };
  // Both streams are to be of one run, also when another begins meanwhile.
  const attempt = asked.attempt ?? (await lastRun(client, asked.id));
  const wanted = { ...asked, attempt: attempt === 0 ? undefined : attempt };
  const starts = await lastLines(client, { ...wanted, streams });
  let bytesLeft = JSON_BYTES_MAX;
  for (const stream of streams) {
    const pieces: Buffer[] = [];
    let missing = 0;
    const from = { offset: starts?.get(stream) };
    await tail(client, { ...wanted, ...from, stream, follow: false }, async ({ bytes, leftOut }) => {
      bytesLeft -= bytes.length;
      if (bytesLeft < 0) throw tooLarge(wanted.id);
      missing += leftOut;
      pieces.push(bytes);
    });
    texts[stream] = Buffer.concat(pieces).toString("utf8");
    if (missing > 0) texts.leftOutBytes = { ...texts.leftOutBytes, [stream]: missing };
  }
  return texts;
}

/** Node's longest text: the compiled client could write more, but what would read it? */
const JSON_BYTES_MAX = 0x1fffffe8;

export function printTexts(io: Io, texts: unknown, ids: readonly number[]): void {
  // Escapes make it longer than it is on the disk, and several are longer together.
  const out = (json: string): void => {
    if (json.length > JSON_BYTES_MAX) throw tooLarge(ids[0] ?? 0);
    io.out(json);
  };
  try {
    printJson({ out }, texts);
  } catch (error) {
    throw error instanceof RangeError ? tooLarge(ids[0] ?? 0) : error;
  }
}

function tooLarge(id: number): ClaudineError {
  return new ClaudineError("too_large", `Cannot show the output of task ${id} as JSON: it is too long for one text`, {
    hint: `claudine logs ${id} --stdout gives its bytes, and -n only the last lines`,
  });
}
