import { expect, test } from "vitest";
import { inOrder } from "./log-order.ts";
import type { Mark, OutputPiece, StreamName } from "./tail.ts";

async function* pieces(...texts: [text: string, marks: Mark[], leftOut?: number][]): AsyncGenerator<OutputPiece, void> {
  let offset = 0;
  for (const [text, marks, leftOut = 0] of texts) {
    offset += leftOut;
    const bytes = Buffer.from(text);
    yield { offset, bytes, leftOut, marks };
    offset += bytes.length;
  }
}

async function ordered(streams: Partial<Record<StreamName, AsyncGenerator<OutputPiece, void>>>): Promise<string[]> {
  const shown: string[] = [];
  const given = Object.entries(streams).map(([stream, one]) => ({ stream: stream as StreamName, pieces: one }));
  for await (const { stream, bytes, leftOut, at } of inOrder(given)) {
    shown.push(`${at} ${stream} ${leftOut > 0 ? leftOut : JSON.stringify(bytes.toString())}`);
  }
  return shown;
}

test("what was seen first comes first, and of one time stdout", async () => {
  const stdout = pieces([
    "one\ntwo\n",
    [
      { to: 4, at: 10 },
      { to: 8, at: 30 },
    ],
  ]);
  const stderr = pieces(["err\n", [{ to: 4, at: 20 }]], ["last\n", [{ to: 9, at: 30 }]]);
  expect(await ordered({ stdout, stderr })).toEqual([
    '10 stdout "one\\n"',
    '20 stderr "err\\n"',
    '30 stdout "two\\n"',
    '30 stderr "last\\n"',
  ]);
});

test("a line that was half written is shown when it was whole", async () => {
  const stdout = pieces(["hal", [{ to: 3, at: 10 }]], ["f\nrest", [{ to: 9, at: 30 }]]);
  const stderr = pieces(["err\n", [{ to: 4, at: 20 }]]);
  expect(await ordered({ stdout, stderr })).toEqual(['20 stderr "err\\n"', '30 stdout "half\\n"', '30 stdout "rest"']);
});

test("a very long line does not wait", async () => {
  const long = "x".repeat(70_000);
  expect(await ordered({ stdout: pieces([long, [{ to: 70_000, at: 10 }]]) })).toEqual([`10 stdout "${long}"`]);
});

test("what is left out has its place", async () => {
  const stdout = pieces(["head\n", [{ to: 5, at: 10 }]], ["tail\n", [{ to: 110, at: 30 }], 100]);
  expect(await ordered({ stdout })).toEqual(['10 stdout "head\\n"', "30 stdout 100", '30 stdout "tail\\n"']);
});
