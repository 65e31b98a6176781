import { noCounts, type Run, type TaskState } from "@claudine/protocol";
import { NO_USAGE } from "@claudine/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readStats, type RunKey } from "./read-stats.ts";
import { createSketch } from "./sketch.ts";
import { suggestCpus, suggestMemory } from "./suggest.ts";
import type { RunOfTask } from "./tally.ts";

const [HOUR, GIB] = [3_600_000, 2 ** 30];
const START = Date.UTC(2026, 2, 14, 10);

type More = { state?: TaskState; label?: string | null; at?: number; wallMs?: number; peak?: number; asked?: number };

function run({ state = "succeeded", label = null, at = 60_000, wallMs = 1000, peak = 0, asked }: More = {}): RunOfTask {
  const finishedAt = START + at;
  const ended: Run = {
    attempt: 1,
    startedAt: finishedAt - wallMs,
    finishedAt,
    state,
    outcome: { kind: "exited", exitCode: 0 },
    usage: { ...NO_USAGE, wallMs, cpuMs: wallMs / 2, peakRssBytes: peak },
    queuedAt: finishedAt - wallMs - 500,
  };
  const needs = asked === undefined ? {} : { needs: { memoryBytes: asked } };
  return { run: ended, task: { label, group: "default", createdAt: START, ...needs } };
}

/** Of runs that come in pages of two. */
async function statsOf(runs: readonly RunOfTask[], by?: "label" | "group" | "hour") {
  return readStats(
    {
      runs(_range, after: RunKey | undefined) {
        const at = after?.[0] ?? 0;
        return { found: runs.slice(at, at + 2), next: at + 2 < runs.length ? [at + 2, 1] : undefined };
      },
      hours: async () => [],
      closed: new AbortController().signal,
    },
    { since: START, until: START + 2 * HOUR, by },
  );
}

test("runs are counted over all pages, with their rate, waits and times", async () => {
  const states: TaskState[] = ["succeeded", "succeeded", "succeeded", "failed", "cancelled"];
  const { total, rows } = await statsOf(states.map((state, index) => run({ state, wallMs: 1000 * (index + 1) })));
  expect(rows).toEqual([]);
  expect(total).toMatchObject({
    runs: 5,
    states: { ...noCounts(), succeeded: 3, failed: 1, cancelled: 1 },
    successRate: 0.75,
    perHour: 2.5,
    waitMs: { p50: 500, max: 500 },
    runMs: { p50: 3000, p95: 5000, max: 5000 },
    cpuMs: 7500,
    slotsUsed: null,
  });
});

test("by label, hour and group", async () => {
  const runs = [run({ label: "a" }), run({ label: "b", at: HOUR }), run({ label: "a" }), run()];
  expect((await statsOf(runs, "label")).rows.map(({ key, runs: count }) => [key, count])).toEqual([
    ["a", 2],
    ["b", 1],
    [null, 1],
  ]);
  expect((await statsOf(runs, "hour")).rows.map(({ key, perHour }) => [key, perHour])).toEqual([
    ["2026-03-14T10:00:00.000Z", 3],
    ["2026-03-14T11:00:00.000Z", 1],
  ]);
  expect((await statsOf(runs, "group")).rows).toMatchObject([{ key: "default", runs: 4 }]);
});

test("as many labels as tasks make no endless answer", async () => {
  const { total, rows, more } = await statsOf(
    Array.from({ length: 3000 }, (_, index) => run({ label: `label ${index}` })),
    "label",
  );
  expect([total.runs, rows.length, more]).toEqual([3000, 200, 2800]);
});

test("who asks for much more or less than is used gets a better figure", async () => {
  const [row] = (
    await statsOf(
      Array.from({ length: 20 }, () => run({ label: "a", peak: 1.2 * GIB, asked: 4 * GIB })),
      "label",
    )
  ).rows;
  expect(row?.memory).toMatchObject({
    asked: 4 * GIB,
    runs: 20,
    suggestion: "--memory 4G asked, 1.2G used at p95: try 1.5G",
  });
  const compared = { asked: 2, usedP95: 1.1, runs: 10 };
  expect(suggestCpus({ ...compared, asked: 4 })).toBe("--cpus 4 asked, 1.1 used at p95: try 1.5");
  expect(suggestMemory({ asked: GIB, usedP95: 1.6 * GIB, runs: 9 })).toBe(
    "--memory 1G asked, 1.6G used at p95: try 2G",
  );
  expect(suggestMemory({ asked: GIB, usedP95: 0.8 * GIB, runs: 9 })).toBeNull();
  expect(suggestMemory({ asked: 4 * GIB, usedP95: GIB, runs: 2 })).toBeNull();
});

test("percentiles of many numbers are right within three percent", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 1000 }),
      (values) => {
        const sketch = createSketch();
        values.forEach(sketch.add);
        const sorted = values.toSorted((a, b) => a - b);
        for (const share of [0.5, 0.95, 1]) {
          const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0;
          expect(Math.abs(sketch.quantile(share) - exact)).toBeLessThanOrEqual(0.03 * exact);
        }
      },
    ),
    { numRuns: 200 },
  );
});
