import * as fc from "fast-check";
import { expect, test } from "vitest";
import { asciiOnly, cut, fit, head, steadyLine, widthOf } from "./text.ts";

const mark = "…";

test.for([
  ["short", 8, "short   "],
  ["exactly8", 8, "exactly8"],
  ["much too long", 8, "much to…"],
  ["日本語テスト", 8, "日本語… "],
  ["naïve café", 10, "naïve café"],
  ["עברית", 6, "עברית "],
  ["x", 0, ""],
] as const)("fits %j into %i columns", ([text, width, expected]) => {
  expect(fit(text, width, { mark })).toBe(expected);
});

test("cuts without a mark where there is none", () => {
  expect(cut("Too small", 3, "")).toBe("Too");
  expect(cut("日本語", 4, "")).toBe("日本");
});

test("aligns to the right", () => {
  expect(fit("42", 5, { align: "right", mark })).toBe("   42");
});

test.for([
  ["👩‍💻 dev", "👩💻 dev"],
  ["❤️ 1️⃣", "❤ 1"],
  ["👍🏽", "👍"],
  ["e\u0301", "é"],
  ["a\u202eb\u0000c\nd", "a�b␀c⏎d"],
  ["lone \ud800", "lone �"],
] as const)("%j becomes %j, which every terminal draws alike", ([text, expected]) => {
  expect(steadyLine(text)).toBe(expected);
});

test("a cell is never wider than asked for, and a fitted one never narrower", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
  fc.assert(
    fc.property(text, fc.nat(40), (raw, width) => {
      const shown = steadyLine(raw);
      expect(widthOf(fit(shown, width, { mark }))).toBe(width);
      expect(widthOf(cut(shown, width, mark))).toBeLessThanOrEqual(width);
      expect(widthOf(head(shown, width))).toBeLessThanOrEqual(width);
    }),
  );
});

test("cuts a text of 100 kB without looking at all of it", () => {
  expect(steadyLine(`${"日".repeat(50_000)}end`).length).toBeLessThan(2000);
});

test("draws with ASCII where nothing else can be drawn", () => {
  expect(asciiOnly("日本 naïve…")).toBe("???? na?ve.");
  expect(asciiOnly("│  └─ 12 ├─ 13")).toBe("|  `- 12 |- 13");
});
