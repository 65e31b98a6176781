import { expect, test } from "vitest";
import fc from "fast-check";
import { cut, pad, widthOf } from "./fit.ts";
import { type Column, renderTable } from "./table.ts";

type Row = { id: number; label: string; command: string };
const COLUMNS: readonly Column<Row>[] = [
  { title: "ID", align: "right", text: ({ id }) => String(id) },
  { title: "LABEL", shrinksTo: 5, text: ({ label }) => label, color: () => "red" },
  { title: "COMMAND", shrinksTo: 8, text: ({ command }) => command },
];
const ROWS: readonly Row[] = [
  { id: 1, label: "a", command: "sleep 1" },
  { id: 12, label: "a longer label", command: "find / -name core -print" },
];
const PLAIN = { width: Number.POSITIVE_INFINITY, color: false };

test("without a terminal columns are aligned and nothing is cut", () => {
  expect(renderTable(COLUMNS, ROWS, PLAIN)).toEqual([
    "ID  LABEL           COMMAND",
    " 1  a               sleep 1",
    "12  a longer label  find / -name core -print",
  ]);
});

test("the widest column gives first", () => {
  expect(renderTable(COLUMNS, ROWS, { width: 34, color: false })).toEqual([
    "ID  LABEL           COMMAND",
    " 1  a               sleep 1",
    "12  a longer label  find / -name …",
  ]);
  expect(renderTable(COLUMNS, ROWS, { width: 24, color: false })[2]).toBe("12  a lo…  find / -name…");
});

test("colours do not count as width", () => {
  expect(renderTable(COLUMNS, ROWS.slice(0, 1), { width: 80, color: true })).toEqual([
    "\u001b[1mID\u001b[0m  \u001b[1mLABEL\u001b[0m  \u001b[1mCOMMAND\u001b[0m",
    " 1  \u001b[31ma    \u001b[0m  sleep 1",
  ]);
});

test("control bytes of a task are shown, not sent", () => {
  const [, line] = renderTable(COLUMNS, [{ id: 1, label: "\u001b[2J", command: "a\nb\u0007" }], PLAIN);
  expect(line).toBe(" 1  ␛[2J   a⏎b␇");
});

test("a table is never wider than asked once its columns can shrink enough", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 });
  const row = fc.record({ id: fc.nat(9999), label: text, command: text });
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: 24, max: 100 }), (rows, width) => {
      for (const line of renderTable(COLUMNS, rows, { width, color: false }))
        expect(widthOf(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test.each([
  ["日本語テキスト", 7, "日本語…"],
  ["日本語", 6, "日本語"],
  ["👩‍👩‍👧‍👦 family", 4, "👩‍👩‍👧‍👦 …"],
  ["abc", 0, ""],
])("%s in %i columns", (text, width, expected) => {
  expect(cut(text, width)).toBe(expected);
  expect(widthOf(pad(cut(text, width), width, "left"))).toBe(width);
});
