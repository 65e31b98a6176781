import { expect, test } from "vitest";
import { LogBuffer } from "../store/log-buffer.ts";
import { lookOf } from "../theme.ts";
import { endTop, logLines, titleRule } from "./log-pane.ts";
import { span, spansWidth } from "./line.ts";

const look = lookOf({ color: true, ascii: false });
const room = { rows: 4, columns: 12, wrap: false, look };

function bufferOf(text: string): LogBuffer {
  const buffer = new LogBuffer();
  buffer.push("stdout", Buffer.from(text));
  return buffer;
}
const shown = (buffer: LogBuffer, top: number | null, more: Partial<typeof room> = {}) =>
  logLines(buffer, top, { ...room, ...more }).map(({ spans }) =>
    spans
      .map(({ text }) => text)
      .join("")
      .trimEnd(),
  );

test("shows the end, or from a line on, always as many rows as there are", () => {
  const buffer = bufferOf("1\n2\n3\n4\n5\n6");
  expect(shown(buffer, null)).toEqual(["  3", "  4", "  5", "  6"]);
  expect(shown(buffer, 1)).toEqual(["  2", "  3", "  4", "  5"]);
  expect(shown(buffer, 4)).toEqual(["  5", "  6", "", ""]);
  expect(shown(bufferOf("only\n"), null)).toEqual(["  only", "", "", ""]);
  expect(endTop(buffer, room)).toBe(2);
});

test("marks stderr and cuts long lines", () => {
  const buffer = bufferOf("a line too long\n");
  buffer.push("stderr", Buffer.from("oops\n日本語テスト\n"));
  expect(shown(buffer, null)).toEqual(["  a line to…", "▎ oops", "▎ 日本語テ…", ""]);
});

test("wraps long lines on the whole page", () => {
  const buffer = bufferOf(`short\n${"0123456789".repeat(2)}ab\n日本語テスト\n`);
  const wrap = { wrap: true, rows: 6 };
  expect(shown(buffer, null, wrap)).toEqual([
    "  short",
    "  0123456789",
    "  0123456789",
    "  ab",
    "  日本語テス",
    "  ト",
  ]);
  expect(shown(buffer, null, { wrap: true })).toEqual(["  0123456789", "  ab", "  日本語テス", "  ト"]);
  expect(endTop(buffer, { ...room, wrap: true })).toBe(1);
  expect(shown(buffer, 0, { wrap: true })).toEqual(["  short", "  0123456789", "  0123456789", "  ab"]);
});

test("keeps the colours of the output when it wraps", () => {
  const lines = logLines(bufferOf("\u001b[31m0123456789abc\u001b[0md\n"), null, { ...room, wrap: true });
  expect(lines.slice(0, 2).map(({ spans }) => spans.slice(1))).toEqual([
    [{ text: "0123456789", sgr: ["31"] }],
    [
      { text: "abc", sgr: ["31"] },
      { text: "d", sgr: [] },
    ],
  ]);
});

test("draws a title that fits every width", () => {
  for (let width = 10; width < 120; width += 1) {
    const rule = titleRule([span("12 make all"), span(" running")], [span("following")], { width, look });
    expect(spansWidth(rule.spans), `${width} columns`).toBeLessThanOrEqual(width);
  }
});
