import { expect, test } from "vitest";
import { lookOf } from "../theme.ts";
import { fill, fitSpans, line, paint, span, spread } from "./line.ts";

const COLORS = lookOf({ color: true, ascii: false });
const text = (spans: readonly { text: string }[]) => spans.map((one) => one.text).join("");

test("closes every colour it opens", () => {
  expect(paint(line(span("a", "bad"), span(" b "), span("c", "alarm")), COLORS)).toBe(
    "\u001b[31ma\u001b[0m b \u001b[30m\u001b[43mc\u001b[0m",
  );
});

test("draws the chosen row in one colour", () => {
  expect(paint({ spans: [span("a", "bad"), span("b")], selected: true }, COLORS)).toBe(
    "\u001b[7ma\u001b[0m\u001b[7mb\u001b[0m",
  );
});

test("lets no control character through, wherever it comes from", () => {
  expect(paint(line(span("a\u001b[2Jb\nc\u009b")), COLORS)).toBe("a?[2Jb?c?");
});

test("without colours a task's output keeps its weight only", () => {
  const output = line({ text: "x", sgr: ["1", "31", "48;5;9"] });
  expect(paint(output, COLORS)).toBe("\u001b[1m\u001b[31m\u001b[48;5;9mx\u001b[0m");
  expect(paint(output, lookOf({ color: false, ascii: false }))).toBe("\u001b[1mx\u001b[0m");
});

test("cuts spans, and drops the right side when there is no room", () => {
  expect(text(fitSpans([span("abc"), span("defg")], 5, "…"))).toBe("abcd…");
  expect(text(fitSpans([span("abc"), span("defg")], 7, "…"))).toBe("abcdefg");
  expect(text(fitSpans([span("abc")], 0, "…"))).toBe("");
  expect(text(spread([span("left")], [span("right")], { width: 12, mark: "…" }).spans)).toBe("left   right");
  expect(text(spread([span("left")], [span("right")], { width: 10, mark: "…" }).spans)).toBe("left");
});

test("fills a line to the edge", () => {
  expect(text(fill(line(span("ab")), 5, "…").spans)).toBe("ab   ");
});
