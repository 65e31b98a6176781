/** Splits a byte stream into lines, bounded; bytes are kept until a line is whole. */

export type LineSplitter = {
  /** Whole lines of the chunk, or undefined when one is longer than allowed: then nothing is kept any more. */
  push(chunk: Buffer): Buffer[] | undefined;
  /** Bytes kept of an unfinished line. */
  pending(): number;
  /** Memory that takes, as many small pieces cost more than their bytes. */
  held(): number;
  forget(): void;
};

const NEWLINE = 0x0a;
/** A Buffer's own objects, roughly. */
const PIECE_COST = 256;

export function createLineSplitter(maxBytes: number): LineSplitter {
  let parts: Buffer[] = [];
  let size = 0;
  const forget = () => {
    parts = [];
    size = 0;
  };
  const refuse = (): undefined => {
    forget();
  };
  return {
    pending: () => size,
    held: () => size + parts.length * PIECE_COST,
    forget,
    push(chunk) {
      const lines: Buffer[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        const piece = chunk.subarray(start, end);
        if (size + piece.length > maxBytes) return refuse();
        lines.push(parts.length === 0 ? piece : Buffer.concat([...parts, piece]));
        forget();
        start = end + 1;
      }
      const rest = chunk.subarray(start);
      if (size + rest.length > maxBytes) return refuse();
      size += rest.length;
      if (rest.length > 0) parts.push(rest);
      return lines;
    },
  };
}
