import type { Firing, ScheduleInfo } from "@claudine/protocol/schedule";
import { expect, onTestFinished, test } from "vitest";
import { TopStore } from "../store/top-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { FakeSource } from "../testing/fake-source.ts";
import { NOW } from "../testing/make-task.ts";
import { lookOf } from "../theme.ts";
import { spansWidth } from "./line.ts";
import { screenLines } from "./screen.ts";

const look = lookOf({ color: true, ascii: false });

const FIRING: Firing = {
  number: 1,
  due: NOW - 60_000,
  to: NOW - 60_000,
  count: 1,
  decidedAt: NOW - 60_000,
  cause: "due",
  task: 7,
  skipped: null,
  state: "failed",
  startedAt: NOW - 60_000,
  finishedAt: NOW - 50_000,
  reason: "exit code 1",
};

function info(name: string, change: Partial<ScheduleInfo> = {}): ScheduleInfo {
  return {
    name,
    state: "active",
    problem: null,
    when: "0 2 * * *",
    rule: { kind: "cron", expression: "0 2 * * *" },
    zone: "UTC",
    next: NOW + 90_000,
    jitterMs: null,
    until: null,
    maxRuns: null,
    missed: "latest",
    catchupWindowMs: null,
    overlap: "skip",
    afterSchedules: [],
    command: "./backup.sh",
    argv: ["./backup.sh"],
    cwd: "/",
    label: null,
    group: "default",
    priority: 0,
    held: false,
    after: [],
    onDependencyFailure: null,
    retry: null,
    limits: null,
    needs: null,
    onFinish: null,
    agent: null,
    budget: null,
    origin: null,
    createdAt: NOW,
    fired: 1,
    skipped: 0,
    unfinished: [],
    last: FIRING,
    lastSuccess: null,
    ...change,
  };
}

async function openSchedules(
  schedules: ScheduleInfo[],
  columns = 100,
  { total = schedules.length, unread = [] }: { total?: number; unread?: string[] } = {},
) {
  const clock = new FakeClock();
  const source = new FakeSource([], { "schedule.list": () => ({ schedules, next: null, total, unread }) });
  const store = new TopStore({ source, clock, look, size: { columns, rows: 20 }, wish: () => {} });
  store.start();
  onTestFinished(() => store.stop());
  await clock.pass(500);
  store.press("3");
  await clock.pass(500);
  const texts = () =>
    screenLines(store.scene(), look)
      .slice(3)
      .map(({ spans }) => spans.map(({ text }) => text).join(""));
  return { store, clock, source, texts };
}

test("the next to be due comes first, with the time left, which counts down", async () => {
  const paused = info("paused", { state: "paused", next: null, last: null });
  const later = info("later", { next: NOW + 7_200_000 });
  const { clock, texts, source } = await openSchedules([info("soon"), later, paused]);
  expect(texts()[0]).toMatch(/^ {2}NAME +IN +WHEN +LAST +COMMAND/);
  expect(texts()[1]).toMatch(/^ {2}soon +1m30s {2}0 2 \* \* \* +failed +\.\/backup\.sh/);
  expect(texts()[2]).toMatch(/^ {2}later +2h00m /);
  expect(texts()[3]).toMatch(/^ {2}paused +paused /);
  await clock.pass(30_000);
  expect(texts()[1]).toMatch(/^ {2}soon +(1m00s|59s) /);
  expect(source.count("schedule.list")).toBeGreaterThan(10);
});

test("what would keep its next task from running stands in the place of its command", async () => {
  const { texts } = await openSchedules([info("report", { problem: "it waits for the last success of backup" })]);
  expect(texts()[1]).toMatch(/failed +it waits for the last success/);
});

test("nobody asks for schedules while nobody looks at them", async () => {
  const { store, clock, source } = await openSchedules([]);
  store.press("1");
  const before = source.count("schedule.list");
  await clock.pass(5000);
  expect(source.count("schedule.list")).toBe(before);
});

test("without any it says how one is made, and it fits every width", async () => {
  const { texts } = await openSchedules([]);
  expect(texts().join("\n")).toContain("No schedules yet: claudine schedule add --help");
  for (const columns of [40, 70, 80, 120, 200]) {
    const { store } = await openSchedules([info("x".repeat(128), { command: "日".repeat(99) })], columns);
    for (const { spans } of screenLines(store.scene(), look)) expect(spansWidth(spans)).toBeLessThanOrEqual(columns);
  }
});

test("what is not among the rows is told of below them", async () => {
  const { texts } = await openSchedules([info("nightly")], 100, { total: 3, unread: ["lost"] });
  expect(texts().join("\n")).toContain("and 2 more, due later: claudine schedule list shows all 3");
  expect(texts().join("\n")).toContain("lost: it is not understood and never due");
});
