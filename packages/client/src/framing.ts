/** Splits a stream of bytes into lines of JSON, whatever pieces it comes in. */
import { ClaudineError } from "@claudine/protocol/errors";

const NEWLINE = 0x0a;
/** Longest answer that is taken: far above a full page of anything the daemon sends. */
const MAX_LINE_BYTES = 256 * 2 ** 20;

export class LineSplitter {
  #pieces: Uint8Array[] = [];
  #held = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The lines that `chunk` completes, without their newline. Empty lines are left out.
   * @throws ClaudineError too_large when a line is longer than the limit
   */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    // Bytes, not text: a chunk may end in the middle of a character, but no character holds a newline byte.
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const line = this.#finish(chunk.subarray(from, end));
      if (line !== "") lines.push(line);
      from = end + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
    return lines;
  }

  #hold(piece: Uint8Array): void {
    this.#held += piece.length;
    if (this.#held > this.#maxBytes) {
      throw new ClaudineError(
        "too_large",
        `Cannot read the daemon's answer: it is longer than ${this.#maxBytes} bytes`,
      );
    }
    this.#pieces.push(piece);
  }

  #finish(last: Buffer): string {
    if (this.#held === 0) return last.toString("utf8");
    this.#hold(last);
    const line = Buffer.concat(this.#pieces, this.#held).toString("utf8");
    this.#pieces = [];
    this.#held = 0;
    return line;
  }
}
