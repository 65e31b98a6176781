/** Gives the transport whole messages: it would copy what it has with every piece of a large one. */
import { Readable } from "node:stream";
import { LineSplitter } from "@claudine/client/framing";
import { ClaudineError } from "@claudine/protocol/errors";

/** Arguments that are too large are refused in words; this is for a line that does not end. */
const MESSAGE_BYTES_MAX = 32 * 2 ** 20;

/** Ends with an error when a line is too long. */
export function messageLines(input: Readable): Readable {
  return Readable.from(linesOf(input));
}

async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const splitter = new LineSplitter(MESSAGE_BYTES_MAX);
  for await (const chunk of input) for (const line of split(splitter, chunk)) yield Buffer.from(`${line}\n`);
}

function split(splitter: LineSplitter, chunk: Buffer): string[] {
  try {
    return splitter.push(chunk);
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    throw new ClaudineError(
      "too_large",
      `Cannot read a message of the client: it is longer than ${MESSAGE_BYTES_MAX} bytes`,
    );
  }
}
