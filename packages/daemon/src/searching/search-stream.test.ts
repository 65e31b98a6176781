import { expect, test } from "vitest";
import type { OutputStream } from "../output/stream.ts";
import { readPattern } from "./pattern.ts";
import type { LineMatch } from "./search-lines.ts";
import { searchStream } from "./search-stream.ts";

/** A stream of these bytes, given out a piece at a time. */
function streamOf(text: string, pieceBytes: number): OutputStream {
  const bytes = Buffer.from(text);
  return {
    size: bytes.length,
    gap: undefined,
    read: async (offset, maxBytes) => ({
      offset,
      leftOut: 0,
      bytes: bytes.subarray(offset, offset + Math.min(maxBytes, pieceBytes)),
    }),
    close: async () => {},
  };
}

type Options = { pieceBytes?: number; stopAfter?: number };

async function find(text: string, wanted: string, { pieceBytes = 1_048_576, stopAfter = Infinity }: Options = {}) {
  const pattern = readPattern({ text: wanted, regex: false, ignoreCase: false });
  const found: [line: number, offset: number][] = [];
  const matches: LineMatch[] = [];
  let from = { offset: 0, line: 1 };
  for (let rounds = 0; rounds < 1000; rounds += 1) {
    let here = 0;
    const next = await searchStream(streamOf(text, pieceBytes), from, {
      pattern,
      onLine(match) {
        if (match === undefined) return false;
        matches.push(match);
        found.push([match.line, match.offset]);
        here += 1;
        return here >= stopAfter;
      },
      isOver: () => false,
      onBytes: () => {},
    });
    if (next === undefined) return found;
    from = next;
  }
  throw new Error("it does not end");
}

const TEXT = "one\nx two x\n\nthree x\nfour x";

test.for([1, 2, 3, 7, 1000])("lines are the same in pieces of %d bytes", async (pieceBytes) => {
  expect(await find(TEXT, "x", { pieceBytes })).toEqual([
    [2, 4],
    [4, 13],
    [5, 21],
  ]);
});

test("stopped after each match it goes on where it was", async () => {
  expect(await find(TEXT, "x", { stopAfter: 1, pieceBytes: 5 })).toEqual(await find(TEXT, "x"));
});

test("a line of many pieces counts once, however often it matches, also when the search stops there", async () => {
  const long = `${"y".repeat(3_000_000)}x${"y".repeat(3_000_000)}x`;
  const text = `x\n${long}\nnone\nx\n${long}`;
  const lines = async (options?: Options) => (await find(text, "x", options)).map(([line]) => line);
  expect(await lines()).toEqual([1, 2, 4, 5]);
  expect(await lines({ stopAfter: 1 })).toEqual([1, 2, 4, 5]);
});

test("what lies where two parts of a long line meet is found", async () => {
  const text = `${"y".repeat(1_048_576 - 3)}needle${"y".repeat(100)}\n`;
  expect((await find(text, "needle")).length).toBe(1);
});
