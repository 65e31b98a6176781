import { expect, test } from "vitest";
import fc from "fast-check";
import { LineSplitter } from "./framing.ts";

test("a line comes out whole wherever the stream is cut, also inside a character", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme" })),
      fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
      (texts, sizes) => {
        const lines = texts.map((text) => JSON.stringify(text));
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const splitter = new LineSplitter();
        const out: string[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value ?? 1;
          out.push(...splitter.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(out).toEqual(lines);
      },
    ),
  );
});

test("empty lines are left out and an unfinished line is kept back", () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from("\n\na\n\nb"))).toEqual(["a"]);
  expect(splitter.push(Buffer.from("c\n"))).toEqual(["bc"]);
});

test("a line longer than the limit is refused, however it comes", () => {
  const splitter = new LineSplitter(4);
  expect(splitter.push(Buffer.from("1234\n"))).toEqual(["1234"]);
  splitter.push(Buffer.from("123"));
  expect(() => splitter.push(Buffer.from("45\n"))).toThrow("longer than 4 bytes");
});
