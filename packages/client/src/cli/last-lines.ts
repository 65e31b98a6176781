/** Finds where the last lines of a run begin, of its streams together, in the order in which they are shown. */
import type { Client } from "../client.ts";
import { lineMatcher } from "./log-lines.ts";
import { inOrder, type Segment } from "./log-order.ts";
import { type OutputPiece, readTail, type StreamName, type TailOptions } from "./tail.ts";

export type LastLinesWanted = Pick<TailOptions, "id" | "attempt" | "tailLines" | "since" | "until" | "signal"> & {
  streams: readonly StreamName[];
  /** Only lines that it matches count. */
  grep?: RegExp | undefined;
};

/** By stream the offset to begin at. */
export type Starts = ReadonlyMap<StreamName, number>;

/** Undefined where each stream can tell by itself. */
export async function lastLines(client: Client, wanted: LastLinesWanted): Promise<Starts | undefined> {
  const { streams, grep, tailLines = 0, ...options } = wanted;
  if (tailLines === 0 || (streams.length === 1 && grep === undefined)) return undefined;
  const ends = new Map<StreamName, number>();
  const piecesOf = async function* (stream: StreamName): AsyncGenerator<OutputPiece, void, undefined> {
    const lines = grep === undefined ? tailLines : undefined;
    const pieces = readTail(client, { ...options, tailLines: lines, stream, times: true, follow: false });
    ends.set(stream, (yield* pieces).offset);
  };
  const last = await startsOfLast(inOrder(streams.map((stream) => ({ stream, pieces: piecesOf(stream) }))), {
    count: tailLines,
    grep,
  });
  return new Map([...ends, ...last]);
}

/** Streams that have none of the last lines are missing. */
export async function startsOfLast(
  segments: AsyncIterable<Segment>,
  { count, grep }: { count: number; grep?: RegExp | undefined },
): Promise<Starts> {
  let lines: { stream: StreamName; offset: number }[] = [];
  const scanners = new Map<StreamName, LineScanner>();
  for await (const segment of segments) {
    const { stream } = segment;
    const scanner = scanners.get(stream) ?? lineScanner(grep);
    scanners.set(stream, scanner);
    for (const offset of scanner.take(segment)) lines.push({ stream, offset });
    if (lines.length > 2 * count) lines = lines.slice(-count);
  }
  // A last line without newline is known to be one only now.
  for (const [stream, scanner] of scanners) for (const offset of scanner.end()) lines.push({ stream, offset });
  const starts = new Map<StreamName, number>();
  for (const { stream, offset } of lines.slice(-count)) if (!starts.has(stream)) starts.set(stream, offset);
  return starts;
}

type LineScanner = {
  /** @returns where the lines that end in it began */
  take(segment: Segment): number[];
  end(): number[];
};

const NEWLINE = 0x0a;

/** What is left out ends a line; the next one begins before it, so that it is told there. */
function lineScanner(grep: RegExp | undefined): LineScanner {
  const matcher = lineMatcher(grep);
  let startedAt: number | undefined;
  const end = (): number[] => {
    const start = startedAt;
    startedAt = undefined;
    return start !== undefined && matcher.end() ? [start] : [];
  };
  return {
    end,
    take({ bytes, leftOut, offset }) {
      const starts: number[] = [];
      if (leftOut > 0) {
        starts.push(...end());
        startedAt = offset - leftOut;
      }
      for (let from = 0; from < bytes.length;) {
        startedAt ??= offset + from;
        const newline = bytes.indexOf(NEWLINE, from);
        const to = newline === -1 ? bytes.length : newline;
        matcher.take(bytes.subarray(from, to));
        if (newline !== -1) starts.push(...end());
        from = to + 1;
      }
      return starts;
    },
  };
}
