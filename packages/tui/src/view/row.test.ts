import type { Task } from "@claudine/protocol/task";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { lookOf } from "../theme.ts";
import { ended, held, makeTask, NOW, paused, queued, running } from "../testing/make-task.ts";
import { placeColumns } from "./columns.ts";
import { paint, spansWidth } from "./line.ts";
import { rowLine, shortTime, type RowFacts } from "./row.ts";
import { widthOf } from "./text.ts";

const look = lookOf({ color: false, ascii: false });
const uses = { labels: true, groups: true, priorities: true, attempts: false };
const UNMARKED = { course: { cpu: [], rss: [] }, awaitsInput: false, tagged: false, leaving: false };
const live = (id: number) => ({ id, cpuPercent: 98.4, rssBytes: 2_097_152, processes: 1 }) as RowFacts["live"];

function shown(task: Task, more: Partial<RowFacts> = {}, width = 100): string {
  const { columns } = placeColumns(width, {
    uses: { ...uses, groups: false, priorities: false, attempts: false },
    idDigits: 3,
  });
  const facts = { task, live: undefined, waitsFor: null, ...UNMARKED, ...more };
  return rowLine(facts, { columns, width, look, now: NOW }, false)
    .spans.map(({ text }) => text)
    .join("")
    .replace(/ +/g, " ")
    .trim();
}

test.for([
  [
    "running",
    shown(makeTask(5, running(65_000), { label: "build" }), { live: live(5) }),
    "● running 5 1m05s 98 2.0M build make target-5",
  ],
  ["not yet sampled", shown(makeTask(5, running(900))), "● running 5 0s – – make target-5"],
  ["paused", shown(makeTask(5, paused(61_000)), { live: live(5) }), "◍ paused 5 1m01s 98 2.0M make target-5"],
  [
    "queued",
    shown(makeTask(6, queued(1)), { waitsFor: "waits for a slot: 2 of 2" }),
    "○ queued 6 1m00s make target-6 slot: 2 of 2",
  ],
  ["held", shown(makeTask(7, held())), "◌ held 7 1m00s make target-7"],
  [
    "failed",
    shown(makeTask(8, ended("failed", 9, { kind: "exited", exitCode: 3 }))),
    "✗ failed 8 5.0s 50 3.0M make target-8 exit code 3",
  ],
  ["succeeded", shown(makeTask(9, ended("succeeded", 9))), "✓ succeeded 9 5.0s 50 3.0M make target-9"],
  ["tried again", shown(makeTask(9, running(1000), { attempt: 3 })), "● running 9 1s – – make target-9 attempt 3"],
] as const)("a row that is %s", ([, text, expected]) => {
  expect(text).toBe(expected);
});

test("says what a run is about to do", () => {
  const starting = makeTask(1, { state: "running", run: { attempt: 1, admittedAt: NOW } });
  expect(shown(starting)).toContain("● starting 1");
  const status = running(1000);
  if (!("run" in status)) throw new Error("it runs");
  const stopping = {
    cause: "kill",
    signal: "SIGTERM",
    requestedAt: NOW,
    killAt: NOW + 5000,
    killed: false,
    note: null,
  } as const;
  expect(shown(makeTask(1, { ...status, run: { ...status.run, stopping } }), {}, 140)).toContain(
    "● stopping 1 1m00s 1s – – make target-1 stopping with SIGTERM",
  );
});

test("columns stay whole and nothing raw comes through, whatever labels and commands hold", () => {
  const nasty = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.constantFrom(
      "\u001b[2J\u001b]0;x\u0007",
      "👩‍💻👍🏽❤️",
      "日本語テスト",
      "שלום עולם",
      "a\nb\tc",
      "e\u0301\u0301\u0301\u0301",
    ),
  );
  fc.assert(
    fc.property(nasty, nasty, fc.integer({ min: 40, max: 220 }), (label, command, width) => {
      const { columns } = placeColumns(width, { uses, idDigits: 3 });
      const facts = {
        task: makeTask(5, running(1000), { label, command }),
        live: live(5),
        waitsFor: null,
        ...UNMARKED,
      };
      const one = rowLine(facts, { columns, width, look, now: NOW }, true);
      expect(spansWidth(one.spans)).toBe(width);
      const painted = paint(one, lookOf({ color: true, ascii: true }));
      expect(painted.replaceAll("\u001b[7m", "").replaceAll("\u001b[0m", "")).toMatch(/^[ -~]*$/);
      expect(widthOf(painted)).toBe(width);
    }),
  );
});

test.for([
  [0, "0s"],
  [59_999, "59s"],
  [60_000, "1m00s"],
  [3_599_000, "59m59s"],
  [7_500_000, "2h05m"],
  [90_000_000, "1d01h"],
  [100 * 86_400_000, "100d"],
  [-5, "0s"],
] as const)("%i ms is %s", ([ms, text]) => {
  expect(shortTime(ms)).toBe(text);
});
