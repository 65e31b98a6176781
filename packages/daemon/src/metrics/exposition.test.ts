import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NO_USAGE, noCounts, type TaskEvent } from "@claudine/protocol";
import { expect, test } from "vitest";
import { spec } from "../core/fixtures.ts";
import type { Fact } from "../engine.ts";
import { expose } from "./exposition.ts";
import type { MetricFacts } from "./families.ts";
import { countFact, createTally, GROUPS_AT_MOST } from "./tally.ts";

const MIB = 2 ** 20;

function fact(event: Partial<TaskEvent> & Pick<TaskEvent, "type">, group = "default"): Fact {
  const task = { ...spec({ group }), id: 1, createdAt: 0, attempt: 1, status: { state: "queued", since: 0, order: 1 } };
  return { event: { seq: 1, at: 0, id: 1, ...event } as TaskEvent, task: task as Fact["task"] };
}

function ended(group = "default", wallMs = 2000): Fact {
  const usage = { ...NO_USAGE, wallMs, userMs: 1500, systemMs: 500, peakRssBytes: 100 * MIB, readBytes: 4096 };
  const times = { queuedAt: 1000, startedAt: 1300, finishedAt: 1300 + wallMs };
  return fact({ type: "run.finished", attempt: 1, state: "succeeded", usage, note: null, ...times } as never, group);
}

function facts(change: Partial<MetricFacts> = {}): MetricFacts {
  return {
    tally: createTally(),
    version: "1.2.3",
    startedAt: 1_500_000,
    rssBytes: 50 * MIB,
    cpuSeconds: 1.5,
    connections: 2,
    accepting: true,
    lastSeq: 42,
    counts: { ...noCounts(), queued: 3 },
    schedules: { active: 2, paused: 1, ended: 0 },
    groups: [{ name: "default", slots: 4, used: 1, queued: 3 }],
    host: {
      cores: 8,
      usableCores: 4,
      cpuPercent: 25,
      load1: 0.5,
      load5: 0,
      load15: 0,
      memTotalBytes: 8e9,
      memAvailableBytes: 4e9,
      swapTotalBytes: 0,
      swapFreeBytes: 0,
      pressure: { cpu: 50, memory: null, io: 0 },
    },
    diskFreeBytes: 1e12,
    ...change,
  };
}

/** Everything that can be there. */
async function exposed(): Promise<string> {
  const all = facts();
  countFact(all.tally, fact({ type: "task.submitted", spec: spec(), held: false } as never));
  countFact(all.tally, ended());
  countFact(all.tally, fact({ type: "schedule.fired", cause: "due" } as never));
  countFact(all.tally, fact({ type: "schedule.skipped", why: "missed", count: 7 } as never));
  return (await expose(all)).text;
}

const LINE =
  /^[a-z][a-z0-9_]*(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? (\d[\d.e+-]*|NaN|[+-]Inf)$/;

test("every line is as Prometheus wants it, and every name is described", async () => {
  const lines = (await exposed()).split("\n").filter((line) => line !== "");
  const types = new Map<string, string>();
  for (const line of lines) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) types.set(name, type);
    if (line.startsWith("#")) continue;
    expect(line).toMatch(LINE);
    const series = (/^[a-z0-9_]+/.exec(line) ?? [""])[0];
    expect(
      [...types.keys()].some((known) => series === known || series.replace(/_(bucket|sum|count)$/, "") === known),
    ).toBe(true);
  }
  for (const [name, type] of types) {
    expect(name.startsWith("claudine_")).toBe(true);
    expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
    expect(name).not.toMatch(/_(ms|milliseconds|percent|kb|mb)(_|$)/);
  }
});

test("counts, times in seconds and sizes in bytes", async () => {
  const text = await exposed();
  for (const line of [
    'claudine_build_info{version="1.2.3"} 1',
    "claudine_daemon_start_time_seconds 1500",
    'claudine_tasks{state="queued"} 3',
    'claudine_tasks_submitted_total{group="default"} 1',
    'claudine_schedules{state="paused"} 1',
    'claudine_schedule_firings_total{cause="due"} 1',
    'claudine_schedule_skipped_total{why="missed"} 7',
    'claudine_runs_finished_total{group="default",state="succeeded"} 1',
    'claudine_runs_cpu_seconds_total{mode="user"} 1.5',
    'claudine_run_wait_seconds_bucket{le="0.1"} 0',
    'claudine_run_wait_seconds_bucket{le="0.5"} 1',
    'claudine_run_wait_seconds_bucket{le="+Inf"} 1',
    "claudine_run_wait_seconds_sum 0.3",
    'claudine_run_duration_seconds_count{state="succeeded"} 1',
    'claudine_run_peak_memory_bytes_bucket{le="268435456"} 1',
    'claudine_group_slots{group="default"} 4',
    "claudine_host_cpu_ratio 0.25",
    'claudine_host_pressure_ratio{resource="cpu"} 0.5',
  ])
    expect(text.split("\n")).toContain(line);
  expect(text).not.toContain('resource="memory"');
});

test("what is not known is left out", async () => {
  const { text } = await expose(facts({ diskFreeBytes: null }));
  expect(text).not.toMatch(/state_disk_free_bytes|runs_finished_total/);
});

test("the number of series is bounded, however many groups there are and whatever they are called", async () => {
  const many = facts({
    groups: Array.from({ length: 1000 }, (_, index) => ({ name: `g${index}`, slots: 1, used: 1, queued: 1 })),
  });
  for (let index = 0; index < 1000; index += 1) countFact(many.tally, ended(`a"\n\\${index}`));
  const { text } = await expose(many);
  expect(text.split("\n").length).toBeLessThan(500);
  expect(text).toContain(`claudine_group_queued_tasks{group="(others)"} ${1000 - GROUPS_AT_MOST}`);
  expect(text).toContain(`claudine_runs_finished_total{group="(others)",state="succeeded"} ${1000 - GROUPS_AT_MOST}`);
  expect(text).toContain('group="a\\"\\n\\\\0"');
});

type Panel = {
  id: number;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string }[];
};

test("the dashboard asks for metrics that there are, and its panels do not overlap", async () => {
  const file = join(import.meta.dirname, "../../../../docs/grafana/claudine.json");
  const dashboard = JSON.parse(readFileSync(file, "utf8")) as {
    uid: string;
    title: string;
    schemaVersion: number;
    panels: Panel[];
    templating: { list: { name: string }[] };
  };
  expect(dashboard).toMatchObject({ uid: "claudine", title: "Claudine", schemaVersion: expect.any(Number) });
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual(["datasource", "instance"]);
  const names = new Set([...(await exposed()).matchAll(/^(claudine_\w+)[{ ]/gm)].map(([, name]) => name));
  const asked = dashboard.panels.flatMap(({ targets = [] }) =>
    targets.flatMap(({ expr }) => expr.match(/claudine_\w+/g) ?? []),
  );
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((name) => !names.has(name))).toEqual([]);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});
