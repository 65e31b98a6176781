import { expect, test } from "vitest";
import { readPiece } from "./read.ts";
import type { OutputStream } from "./stream.ts";

function streamOf(text: string): OutputStream {
  const all = Buffer.from(text);
  return {
    size: all.length,
    gap: undefined,
    read: (offset, maxBytes) => Promise.resolve({ offset, leftOut: 0, bytes: all.subarray(offset, offset + maxBytes) }),
    close: () => Promise.resolve(),
  };
}

const SIGHTINGS = [
  { at: 10, stdout: 4, stderr: 0 },
  { at: 20, stdout: 6, stderr: 0 },
];

/** A run that wrote "one\nhalf" until 20 and ended at 30. */
async function since(at: number): Promise<string> {
  const stream = streamOf("one\nhalf");
  const timeline = (size: number) =>
    Promise.resolve({ sightings: SIGHTINGS, stream: "stdout" as const, size, endAt: 30 });
  const { bytes } = await readPiece(stream, { offset: 0, since: at, maxBytes: 100 }, timeline);
  return bytes.toString();
}

test("since a time in the middle of a line all of it is there", async () => {
  expect(await since(5)).toBe("one\nhalf");
  expect(await since(10)).toBe("half");
  expect(await since(25)).toBe("half");
});

test("nothing was written since a run had ended, also where its last line has no newline", async () => {
  expect(await since(31)).toBe("");
});
