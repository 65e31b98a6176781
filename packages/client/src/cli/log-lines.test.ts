import { expect, test } from "vitest";
import { lineFilter, type LineOptions } from "./log-lines.ts";

function through(options: LineOptions, ...pieces: readonly string[]): string {
  const lines = lineFilter(options);
  if (lines === undefined) throw new Error("nothing to do");
  const shown = pieces.map((piece, index) => lines.take(Buffer.from(piece), 1000 * (index + 1)));
  return Buffer.concat([...shown, lines.end()]).toString();
}

test("without options bytes are not looked at", () => {
  expect(lineFilter({})).toBeUndefined();
});

test("only lines that match are shown, wherever they are cut", () => {
  const text = "one\r\ntwo\nthree\nno newline one";
  expect(through({ grep: /one$/ }, text)).toBe("one\r\nno newline one");
  expect(through({ grep: /one$/ }, ...text)).toBe("one\r\nno newline one");
});

test("a line that is longer than is looked at goes the way of its beginning", () => {
  const long = `match ${"x".repeat(17_000_000)}`;
  expect(through({ grep: /match/ }, long, " end\nother\n") === `${long} end\n`).toBe(true);
  expect(through({ grep: /end/ }, long, " end\nthe end\n") === "the end\n").toBe(true);
});

test("a line has the time at which its end came", () => {
  const shown = through({ timestamps: true }, "a\nb", "c\n");
  expect(shown).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:01\.000 a\n\S+ \S+:02\.000 bc\n$/);
});

test("a long line has one time and is not cut", () => {
  const shown = through({ timestamps: true }, "x".repeat(200_000), "y\n");
  expect(shown.split("\n").map(({ length }) => length)).toEqual([24 + 200_001, 0]);
});

test("of several tasks each line is whole and says whose it is", () => {
  expect(through({ prefix: "[1] ", grep: /b/ }, "a\nb\nab")).toBe("[1] b\n[1] ab\n");
});
