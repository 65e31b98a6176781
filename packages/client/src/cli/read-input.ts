/** Reads a file, or standard input for `-`. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { ClaudineError } from "@claudine/protocol/errors";
import { systemWords } from "@claudine/protocol/text";
import { formatBytes } from "@claudine/protocol/units";
import { changedLine } from "./not-utf8.ts";

/** Far more than a message may have: a device or a pipe without an end is noticed before memory is. */
const INPUT_BYTES_MAX = 64 * 2 ** 20;

/** @throws ClaudineError not_found when it can't be read, invalid_params when it is not UTF-8, too_large */
export async function readInput(file: string): Promise<string> {
  const bytes = await readBytes(file);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const line = changedLine(bytes);
  throw new ClaudineError("invalid_params", `Cannot read ${file}: line ${line} is not UTF-8`, {
    hint: "Claudine takes text only; iconv -f latin1 -t utf8 converts some",
  });
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stream = file === "-" ? process.stdin : createReadStream(file);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > INPUT_BYTES_MAX) throw tooLarge(file);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof ClaudineError) throw error;
    throw new ClaudineError("not_found", `Cannot read ${file}: ${systemWords(error)}`, { cause: error });
  }
}

function tooLarge(file: string): ClaudineError {
  const name = file === "-" ? "standard input" : file;
  return new ClaudineError("too_large", `Cannot read ${name}: it has more than ${formatBytes(INPUT_BYTES_MAX)}`, {
    hint: "What is large belongs into a file that the task reads itself",
  });
}
