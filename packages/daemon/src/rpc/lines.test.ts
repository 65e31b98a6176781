import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineSplitter } from "./lines.ts";

test("gives the same lines however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme" }).filter((line) => !line.includes("\n"))),
      fc.array(fc.nat(20)),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const splitter = createLineSplitter(1_000_000);
        const out: string[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          for (const line of splitter.push(bytes.subarray(at, at + cut)) ?? []) out.push(line.toString());
          at += cut;
        }
        for (const line of splitter.push(bytes.subarray(at)) ?? []) out.push(line.toString());
        expect(out).toEqual(lines);
        expect(splitter.pending()).toBe(0);
      },
    ),
  );
});

test("refuses a line that is too long, whole or in pieces, and keeps none of it beyond the bound", () => {
  expect(createLineSplitter(4).push(Buffer.from("12345\n"))).toBeUndefined();
  const splitter = createLineSplitter(4);
  expect(splitter.push(Buffer.from("ok\n123"))?.map(String)).toEqual(["ok"]);
  expect(splitter.pending()).toBe(3);
  expect(splitter.push(Buffer.from("45"))).toBeUndefined();
});
