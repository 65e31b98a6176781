import { expect, test } from "vitest";
import { HOST } from "../testing/make-task.ts";
import { lookOf } from "../theme.ts";
import { barSpans, countsLine, flowLine, hostLine, scrubberLine } from "./header.ts";
import { line, spansWidth, type Line } from "./line.ts";

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

test("groups where something goes on come before those that are empty", () => {
  const groups = [group("default", 0, 4), group("empty", 0, 1), group("gpu", 1, 1)];
  expect(text(countsLine(COUNTS, groups, frame(100)))).toMatch(/slots 0\/4 {2}gpu 1\/1 /);
});

test("a task of several slots counts as many", () => {
  expect(text(countsLine(COUNTS, [{ ...group("default", 1, 4), used: 3 }], frame(80)))).toMatch(/slots 3\/4 $/);
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
    expect(spansWidth(barSpans(share, 10, { look }))).toBe(10);
  }
  expect(barSpans(0.5, 10, { look })[0]?.style).toBe("good");
  expect(barSpans(0.85, 10, { look })[0]?.style).toBe("warn");
  expect(barSpans(0.97, 10, { look })[0]?.style).toBe("bad");
});

test("is never wider than the terminal", () => {
  const busy = { ...HOST, cpuPercent: 100, load1: 1234.56, load5: 1234.56, load15: 1234.56 };
  for (let width = 40; width <= 220; width += 1) {
    const lines = [
      countsLine({ ...COUNTS, queued: 1_234_567 }, [group("default", 3, 4)], frame(width)),
      hostLine(busy, frame(width)),
    ];
    for (const one of lines) expect(spansWidth(one.spans), `${width} columns`).toBeLessThanOrEqual(width);
  }
});

test("marks the limit on the bar, and speaks up near it", () => {
  const bar = (share: number) => text(line(...barSpans(share, 10, { look, limit: 0.8 })));
  expect(bar(0.3)).toBe("━━━─────┃─");
  expect(bar(0.8)).toBe("━━━━━━━━┃─");
  expect(bar(1)).toBe("━━━━━━━━┃━");
  expect(barSpans(0.7, 10, { look, limit: 0.8 })[0]?.style).toBe("warn");
  for (let share = 0; share <= 1.2; share += 0.01)
    for (const limit of [0, 0.03, 0.5, 0.99, 1])
      expect(spansWidth(barSpans(share, 17, { look, limit })), `${share} of ${limit}`).toBe(17);
});

test("says what gets done and what waits", () => {
  const throughput = { perMinute: 3.25, course: [0, 1, 2, 8] };
  const stalled = { ...HOST, pressure: { cpu: 55, memory: 0, io: null } };
  const flow = text(flowLine({ host: stalled, throughput, counts: COUNTS }, frame(80)));
  expect(flow).toMatch(/^ stalled by cpu 55% mem 0% +done\/min 3\.3 ▁▂▃█ {3}queue 12 $/);
});

test("shows where a replay stands", () => {
  const from = new Date(2026, 0, 1, 3, 0).getTime();
  const replay = { from, to: from + 600_000, at: from + 300_000, speed: 10, playing: true, missing: "no host history" };
  const shown = text(scrubberLine(replay, frame(80)));
  expect(shown).toMatch(/^ ▶ 03:05:00 {2}━+●─+ {2}03:00:00 to 03:10:00 {2}10x {2}no host history $/);
  expect(shown).toHaveLength(80);
});
