/** What of a stream is left out: remembered before it is given back, so that no reader takes a hole for output. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { StreamName } from "./files.ts";

/** Offsets in the stream as it was written: from the first byte that is missing to the first that is there again. */
export type Gap = { from: number; to: number };
export type Gaps = Readonly<Record<StreamName, Gap | undefined>>;

export const NO_GAPS: Gaps = { stdout: undefined, stderr: undefined };

export function readGaps(path: string): Gaps {
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return NO_GAPS;
    throw error;
  }
  const gapOf = (stream: StreamName): Gap | undefined => {
    const match = new RegExp(`^${stream} (\\d{1,16}) (\\d{1,16})$`, "m").exec(text);
    const [from, to] = [Number(match?.[1]), Number(match?.[2])];
    return from < to ? { from, to } : undefined;
  };
  return { stdout: gapOf("stdout"), stderr: gapOf("stderr") };
}

export function writeGaps(path: string, gaps: Gaps): void {
  const line = (stream: StreamName) => {
    const gap = gaps[stream];
    return gap === undefined ? "" : `${stream} ${gap.from} ${gap.to}\n`;
  };
  writeFileSync(`${path}.tmp`, line("stdout") + line("stderr"), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** How many of `size` bytes are there. */
export function keptBytes(size: number, gap: Gap | undefined): number {
  return gap === undefined ? size : Math.max(0, size - (Math.min(gap.to, size) - Math.min(gap.from, size)));
}
