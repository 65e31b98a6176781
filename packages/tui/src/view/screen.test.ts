import type { Task } from "@claudine/protocol/task";
import { expect, onTestFinished, test } from "vitest";
import { TopStore } from "../store/top-store.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { FakeSource, NO_LOG, QUIET_HOST } from "../testing/fake-source.ts";
import { ended, held, makeTask, queued, running } from "../testing/make-task.ts";
import { lookOf } from "../theme.ts";
import { paint } from "./line.ts";
import { screenLines } from "./screen.ts";
import { widthOf } from "./text.ts";

const NASTY = [
  "\u001b[2J\u001b]0;owned\u0007\u001b[5;5H",
  "👩‍💻👍🏽❤️ family 👨‍👩‍👧",
  "שלום עולם \u202eabc\u2066x",
  "a\nb\r\nc\td\u0000\u0085\u009b31m",
  "e\u0301\u0301\u0301 日本語 ｈａｌｆ ｶﾅ",
  "x".repeat(100_000),
  "\u001b[31m日".repeat(20_000),
];

function tasks(): Task[] {
  return NASTY.flatMap((text, index) => [
    makeTask(index * 4 + 1, running(5000), { label: text, command: text, stdin: true }),
    makeTask(index * 4 + 2, queued(index), { label: text, group: "gpu", priority: index }),
    makeTask(index * 4 + 3, ended("failed", 1000, { kind: "exited", exitCode: 3 }), { command: text, attempt: 4 }),
    makeTask(index * 4 + 4, held(), { label: text }),
  ]);
}

async function openStore(size = { columns: 80, rows: 24 }, ascii = false) {
  const [text = "", second = ""] = NASTY;
  const source = new FakeSource(tasks(), {
    "host.read": ({ explain = [] }) => ({ ...QUIET_HOST, reasons: explain.map((id) => ({ id, why: text })) }),
    "log.read": () => ({ ...NO_LOG, data: `${text}\n${second}\n${"y".repeat(100_000)}\n` }),
    "event.list": () => ({ events: [], firstSeq: 1, lastSeq: 1 }),
    "config.get": () => ({ path: "", config: { reserve: { memory: "256M", cpus: 1 } } }),
  });
  const clock = new FakeClock();
  const look = lookOf({ color: true, ascii });
  const store = new TopStore({ source, clock, look, size, wish: () => {} });
  store.start();
  onTestFinished(() => store.stop());
  await clock.pass(1500);
  const press = async (...keys: string[]) => {
    for (const key of keys) store.press(key);
    await clock.pass(500);
  };
  return { store, look, press, lines: () => screenLines(store.scene(), look) };
}

/** Colours and reverse only. */
// oxlint-disable-next-line no-control-regex -- escape sequences are what this is about
const COLOURS = /\u001b\[[\d;]*m/g;
// oxlint-disable-next-line no-control-regex -- as above
const RAW = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b-\u200f]/;

const WAYS: readonly (readonly string[])[] = [
  [],
  ["tab"],
  ["tab", "tab", "tab", "tab"],
  ["return"],
  ["?"],
  ["2"],
  ["3"],
  ["4"],
  ["5"],
  ["A"],
  ["v"],
  ["s"],
  ["K"],
  ["/", "x", "x"],
  [":", "k"],
  ["G"],
];

test.for(WAYS)("after %j the screen is whole at every size, and nothing raw is on it", async (keys) => {
  const { store, look, press, lines } = await openStore();
  await press(...keys);
  for (const columns of [40, 41, 60, 79, 80, 100, 131, 159, 160, 200, 250]) {
    for (const rows of [8, 12, 13, 20, 24, 60]) {
      store.resize({ columns, rows });
      const texts = lines().map((one) => paint(one, look).replace(COLOURS, ""));
      expect(texts, `${columns}x${rows}`).toHaveLength(rows - 1);
      for (const text of texts) {
        expect(text, `${columns}x${rows}`).not.toMatch(RAW);
        expect(widthOf(text), `${columns}x${rows}: ${text}`).toBeLessThanOrEqual(columns);
      }
    }
  }
});

test("writes ASCII only where it has to, on every page", async () => {
  for (const keys of WAYS) {
    const { look, press, lines } = await openStore({ columns: 120, rows: 30 }, true);
    await press(...keys);
    for (const one of lines()) expect(paint(one, look).replace(COLOURS, "")).toMatch(/^[ -~]*$/);
  }
});

test("the tabs, the sections and the banner", async () => {
  const { store, press, lines } = await openStore({ columns: 100, rows: 40 });
  const text = () =>
    lines()
      .map(({ spans }) => spans.map((one) => one.text).join(""))
      .join("\n");
  expect(text()).toContain("1 tasks  2 groups  3 schedules  4 host  5 events");
  for (const title of ["failed, not yet seen 7", "running 7", "waiting 14"]) expect(text()).toContain(`── ${title} ──`);
  await press("/", ..."failed", "return");
  expect(text()).toContain("filter failed  7 of 28");
  await press("M");
  expect(text()).toContain("── done 7 ──");
  await press("escape", "space", "space");
  expect(text()).toContain("2 tagged");
  expect(store.scene().targets).toHaveLength(2);
});
