import { expect, test } from "vitest";
import { HOST } from "../testing/make-task.ts";
import { lookOf } from "../theme.ts";
import { bannerLine, barSpans, countsLine, hostLine } from "./header.ts";
import { spansWidth, type Line } from "./line.ts";

const look = lookOf({ color: true, ascii: false });
const frame = (width: number) => ({ width, look });
const text = ({ spans }: Line) => spans.map((one) => one.text).join("");
const COUNTS = { running: 3, paused: 0, queued: 12, held: 0, failed: 1, done: 120 };
const group = (name: string, running: number, slots: number) => ({
  name,
  running,
  slots,
  paused: false,
  used: running,
  queued: 0,
});

test("counts what there is, and the slots", () => {
  const line = text(countsLine(COUNTS, [group("default", 3, 4)], frame(80)));
  expect(line).toMatch(/^ claudine {3}3 running · 12 queued · 1 failed · 120 done +slots 3\/4 $/);
  expect(line).toHaveLength(80);
  expect(text(countsLine({ ...COUNTS, paused: 1, held: 2 }, [], frame(80)))).toContain("1 paused · 12 queued · 2 held");
});

test("shows other groups as far as there is room", () => {
  const groups = [group("default", 3, 4), group("gpu", 1, 1), group("a-very-long-name-of-a-group", 0, 9)];
  expect(text(countsLine(COUNTS, groups, frame(100)))).toMatch(/slots 3\/4 {2}gpu 1\/1 $/);
});

test("draws the load of the machine", () => {
  expect(text(hostLine(HOST, frame(80)))).toMatch(
    /^ CPU ━+─+ {2}52% {3}MEM ━+─+ 6\.0G of 16G {3}load 0\.52 0\.48 0\.40$/,
  );
  expect(text(hostLine(HOST, frame(120)))).toContain("8 cores");
  expect(text(hostLine(null, frame(80)))).toBe("");
});

test("bars never leave their place, and speak up when nearly full", () => {
  for (const share of [-1, 0, 0.5, 1, 7, Number.NaN]) {
    expect(spansWidth(barSpans(share, 10, look))).toBe(10);
  }
  expect(barSpans(0.5, 10, look)[0]?.style).toBe("good");
  expect(barSpans(0.85, 10, look)[0]?.style).toBe("warn");
  expect(barSpans(0.97, 10, look)[0]?.style).toBe("bad");
});

test("is never wider than the terminal", () => {
  const busy = { ...HOST, cpuPercent: 100, load1: 1234.56, load5: 1234.56, load15: 1234.56 };
  for (let width = 40; width <= 220; width += 1) {
    const lines = [
      countsLine({ ...COUNTS, queued: 1_234_567 }, [group("default", 3, 4)], frame(width)),
      hostLine(busy, frame(width)),
    ];
    for (const line of lines) expect(spansWidth(line.spans), `${width} columns`).toBeLessThanOrEqual(width);
  }
});

test.for([
  [{ kind: "lost", seconds: 2, why: "it closed" }, " daemon not reachable, reconnecting… (2 s)   it closed"],
  [
    { kind: "lost", seconds: 12, why: "it closed" },
    " daemon not reachable, reconnecting… (12 s)   claudine daemon start",
  ],
  [{ kind: "filter", text: "make\u001b", shown: 3, total: 120 }, " filter make␛  3 of 120   Esc clears it"],
  [{ kind: "connecting" }, " connecting to the daemon"],
] as const)("the banner %o", ([banner, expected]) => {
  expect(text(bannerLine(banner, frame(80))).trimEnd()).toBe(expected);
});
