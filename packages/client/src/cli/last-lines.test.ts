import { expect, test } from "vitest";
import { startsOfLast } from "./last-lines.ts";
import type { Segment } from "./log-order.ts";
import type { StreamName } from "./tail.ts";

/** `stdout:text`, one after the other; a number in the place of the text is what is left out. */
async function* segments(...given: string[]): AsyncGenerator<Segment, void> {
  const reached: Record<StreamName, number> = { stdout: 0, stderr: 0 };
  for (const one of given) {
    const stream = one.startsWith("stdout:") ? "stdout" : "stderr";
    const text = one.slice(7);
    const leftOut = Number(text) || 0;
    const bytes = Buffer.from(leftOut > 0 ? "" : text);
    reached[stream] += leftOut;
    yield { stream, offset: reached[stream], bytes, leftOut, at: undefined };
    reached[stream] += bytes.length;
  }
}

async function starts(count: number, given: readonly string[], grep?: RegExp): Promise<object> {
  return Object.fromEntries(await startsOfLast(segments(...given), { count, grep }));
}

const MIXED = ["stdout:a\nb\n", "stderr:e\n", "stdout:c\n", "stderr:f\ng"];

test.for([
  [1, { stderr: 4 }],
  [2, { stderr: 2 }],
  [3, { stderr: 2, stdout: 4 }],
  [4, { stderr: 0, stdout: 4 }],
  [5, { stderr: 0, stdout: 2 }],
  [100, { stderr: 0, stdout: 0 }],
] as const)("the last %i of both streams together", async ([count, wanted]) => {
  expect(await starts(count, MIXED)).toEqual(wanted);
});

test("a line that comes in parts is one", async () => {
  expect(await starts(2, ["stdout:one\ntw", "stdout:o, and more", "stdout: of it\nthree\n"])).toEqual({ stdout: 4 });
});

test("what is left out is told with the line behind it", async () => {
  const given = ["stdout:head\nhal", "stdout:1000", "stdout:f\ntail\n"];
  expect(await starts(1, given)).toEqual({ stdout: 1010 });
  expect(await starts(2, given)).toEqual({ stdout: 8 });
  expect(await starts(3, given)).toEqual({ stdout: 5 });
});

test("with a pattern, the last that match", async () => {
  const given = ["stdout:ERR 1\r\nfine\n", "stdout:ER", "stdout:R 2\nfine\nfine\n", "stderr:fine\nERR 3"];
  expect(await starts(1, given, /ERR/)).toEqual({ stderr: 5 });
  expect(await starts(2, given, /ERR/)).toEqual({ stderr: 5, stdout: 12 });
  expect(await starts(2, given, /ERR \d$/)).toEqual({ stderr: 5, stdout: 12 });
  expect(await starts(9, given, /1$/)).toEqual({ stdout: 0 });
  expect(await starts(9, given, /none/)).toEqual({});
});
