/** What of a stream is left out: remembered before it is given back, so that no reader takes a hole for output. */
import type { StreamName } from "./files.ts";
import { readRegularNow, writeRegularNow } from "./regular-file.ts";

/** Offsets in the stream as it was written: from the first byte that is missing to the first that is there again. */
export type Gap = { from: number; to: number };
export type Gaps = Readonly<Record<StreamName, Gap | undefined>>;

export const NO_GAPS: Gaps = { stdout: undefined, stderr: undefined };

/** So often it may be read while it is being written. */
const TRIES = 1000;

export function readGaps(path: string): Gaps {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const text = readRegularNow(path)?.toString("latin1");
    if (text === undefined) return NO_GAPS;
    const first = text.slice(0, COPY_BYTES);
    // What is written in between is seen as two copies that differ.
    if (first === text.slice(COPY_BYTES)) return { stdout: gapIn(first, "stdout"), stderr: gapIn(first, "stderr") };
  }
  return NO_GAPS;
}

function gapIn(text: string, stream: StreamName): Gap | undefined {
  const match = new RegExp(`^${stream} +(\\d+) +(\\d+)$`, "m").exec(text);
  const [from, to] = [Number(match?.[1]), Number(match?.[2])];
  return from < to ? { from, to } : undefined;
}

const DIGITS = 16;
const COPY_BYTES = 2 * ("stdout".length + 2 * (DIGITS + 1) + 1);

/** In its place, so that it takes no more space than it has: that is what is short when output is to be given back. */
export function writeGaps(path: string, gaps: Gaps): void {
  const number = (value: number) => String(value).padStart(DIGITS);
  const line = (stream: StreamName) => {
    const { from, to } = gaps[stream] ?? { from: 0, to: 0 };
    return `${stream} ${number(from)} ${number(to)}\n`;
  };
  const copy = line("stdout") + line("stderr");
  writeRegularNow(path, Buffer.from(copy + copy, "latin1"), "in place");
}

/** How many of `size` bytes are there. */
export function keptBytes(size: number, gap: Gap | undefined): number {
  return gap === undefined ? size : Math.max(0, size - (Math.min(gap.to, size) - Math.min(gap.from, size)));
}
