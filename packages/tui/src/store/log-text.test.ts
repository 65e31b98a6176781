import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LogText, type LogLine } from "./log-text.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const plain = (line: LogLine | undefined) => line?.text.map(({ text }) => text).join("");
const linesOf = (text: string) => new LogText("stdout").push(bytes(`${text}\n`)).map(plain);

test("cuts lines over chunks, also in the middle of a character", () => {
  const log = new LogText("stdout");
  const all = bytes("one\nzwölf\nend");
  expect(log.push(all.slice(0, 7)).map(plain)).toEqual(["one"]);
  expect(log.push(all.slice(7)).map(plain)).toEqual(["zwölf"]);
  expect(plain(log.open())).toBe("end");
});

test("keeps colours over lines and forgets them at a reset", () => {
  const log = new LogText("stderr");
  const lines = log.push(
    bytes("\u001b[1;31mred\nstill\u001b[0m plain\n\u001b[38;5;208mo\u001b[38;2;1;2;3mt\u001b[48;5;9999mx\n"),
  );
  expect(lines.map(({ text }) => text)).toEqual([
    [{ text: "red", sgr: ["1", "31"] }],
    [
      { text: "still", sgr: ["1", "31"] },
      { text: " plain", sgr: [] },
    ],
    [
      { text: "o", sgr: ["38;5;208"] },
      { text: "t", sgr: ["38;2;1;2;3"] },
      { text: "x", sgr: ["38;2;1;2;3"] },
    ],
  ]);
});

test.for([
  ["\u001b[2J\u001b[Hclear", "clear"],
  ["a\u001b]0;title\u0007b\u001b]8;;http://x\u001b\\c", "abc"],
  ["\u001b[?1049l\u001b(B\u001b7x\u001bM", "x"],
  ["10%\r20%\rdone", "done"],
  ["windows\r", "windows"],
  ["b\bbo\bol\bld\bd", "bold"],
  ["a\tb\tc", "a       b       c"],
  ["\u001b[31ma\u001b[0m\tb", "a       b"],
  ["bell\u0007 nul\u0000", "bell␇ nul␀"],
  ["c1 \u009b31m", "c1 �31m"],
  ["\u001b[5mblink\u001b[8mhidden", "blinkhidden"],
  ["broken \u001b[", "broken ␛["],
] as const)("%j is shown as %j", ([raw, shown]) => {
  expect(linesOf(raw)).toEqual([shown]);
});

test("an endless progress line does not grow for ever", () => {
  const log = new LogText("stdout");
  for (let percent = 0; percent < 5000; percent += 1) log.push(bytes(`\r${percent} of 5000 items are done now`));
  expect(plain(log.open())).toBe("4999 of 5000 items are done now");
  log.push(bytes("x".repeat(1_000_000)));
  expect(plain(log.open())?.length).toBeLessThanOrEqual(8192);
});

test("no control character comes through, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (chunks) => {
      const log = new LogText("stdout");
      const lines = [...chunks.flatMap((chunk) => log.push(chunk)), log.open()];
      // oxlint-disable-next-line no-control-regex -- that is the question
      for (const line of lines) expect(plain(line) ?? "").not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }),
  );
});
