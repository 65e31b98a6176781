import { expect, test } from "vitest";
import type { OutputStream } from "../output/stream.ts";
import { readPattern } from "./pattern.ts";
import type { At, LineMatch } from "./search-lines.ts";
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

type Options = {
  pieceBytes?: number;
  stopAfter?: number;
  /** Its time is over after each block. */
  isHurried?: boolean;
  /** As of a file whose first line that matches is known. */
  from?: At;
};

async function find(text: string, wanted: string, options: Options = {}) {
  return (await matchesOf(text, wanted, options)).map(({ line, offset }) => [line, offset]);
}

async function matchesOf(text: string, wanted: string, options: Options = {}): Promise<LineMatch[]> {
  const { pieceBytes = 1_048_576, stopAfter = Infinity, isHurried = false } = options;
  const pattern = readPattern({ text: wanted, regex: false, ignoreCase: false });
  const matches: LineMatch[] = [];
  let from: At = options.from ?? { offset: 0, line: 1 };
  for (let rounds = 0; rounds < 1000; rounds += 1) {
    let here = 0;
    const next = await searchStream(streamOf(text, pieceBytes), from, {
      pattern,
      onLine(match) {
        if (match === undefined) return false;
        matches.push(match);
        here += 1;
        return here >= stopAfter;
      },
      isOver: () => isHurried,
      onBytes: () => {},
    });
    if (next === undefined) return matches;
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

test("of long lines the same is found wherever a search began and how often its time was over", async () => {
  const before = "short\n".repeat(70_000);
  const after = `${"x".repeat(700)}\nneedle\n`;
  for (const length of [900_000, 1_048_576, 1_200_000, 3_000_000]) {
    const text = `${before}${"x".repeat(length)}needle${after}`;
    const whole = await matchesOf(text, "needle");
    const line = { offset: before.length, line: 70_001 };
    expect(whole).toMatchObject([{ ...line, cut: { before: true, after: true } }, { line: 70_002 }]);
    expect(await matchesOf(text, "needle", { isHurried: true })).toEqual(whole);
    expect(await matchesOf(text, "needle", { isHurried: true, pieceBytes: 300_000 })).toEqual(whole);
    expect(await matchesOf(text, "needle", { stopAfter: 1, from: line })).toEqual(whole);
  }
});
