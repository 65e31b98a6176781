import { expect, test } from "vitest";
import { NO_USAGE } from "@claudine/protocol/info";
import type { Status, Task } from "@claudine/protocol";
import { spec } from "./fixtures.ts";
import { learned, learnFrom, quantile, type Kinds } from "./kinds.ts";

function ended(change: Partial<Task>, usage: { wallMs: number; peakRssBytes?: number; cpuMs?: number }): Task {
  const status: Status = {
    state: "succeeded",
    finishedAt: 1,
    startedAt: 0,
    outcome: { kind: "exited", exitCode: 0 },
    note: null,
    usage: { ...NO_USAGE, ...usage },
  };
  return { ...spec(), id: 1, createdAt: 0, attempt: 1, status, ...change };
}

test("tasks of a label are of a kind whatever their command, others by their command", () => {
  const kinds: Kinds = new Map();
  learnFrom(kinds, ended({ label: "a", command: "x" }, { wallMs: 1000, peakRssBytes: 5 }));
  learnFrom(kinds, ended({ command: "x" }, { wallMs: 2000, peakRssBytes: 7, cpuMs: 1000 }));
  expect(learned(kinds, { label: "a", command: "other" })).toMatchObject({ memoryBytes: 5, wallMs: 1000 });
  expect(learned(kinds, { label: null, command: "x" })).toEqual({ memoryBytes: 7, wallMs: 2000, cpus: 0.5, runs: 1 });
  expect(learned(kinds, { label: "b", command: "x" })).toBeUndefined();
});

test("the newest twenty count", () => {
  const kinds: Kinds = new Map();
  for (let run = 1; run <= 50; run += 1)
    learnFrom(kinds, ended({}, { wallMs: 1000, peakRssBytes: run === 1 ? 999 : run }));
  expect(learned(kinds, spec())).toMatchObject({ memoryBytes: 49, runs: 20 });
});

test("brief small runs teach nothing, brief large ones do", () => {
  const kinds: Kinds = new Map();
  learnFrom(kinds, ended({}, { wallMs: 20, peakRssBytes: 1000 }));
  expect(kinds.size).toBe(0);
  learnFrom(kinds, ended({}, { wallMs: 20, peakRssBytes: 2 ** 30 }));
  expect(kinds.size).toBe(1);
});

test("kinds that were not seen for long are forgotten", () => {
  const kinds: Kinds = new Map();
  for (let kind = 0; kind < 6000; kind += 1) learnFrom(kinds, ended({ label: `${kind}` }, { wallMs: 1000 }));
  expect(kinds.size).toBe(5000);
  expect(kinds.has("label 5999")).toBe(true);
});

test.for([
  [[3, 1, 2], 0.5, 2],
  [[1], 0.95, 1],
  [Array.from({ length: 20 }, (_, n) => n + 1), 0.95, 19],
  [[], 0.5, 0],
] as const)("the quantile of %j at %f is %f", ([numbers, share, value]) => {
  expect(quantile(numbers, share)).toBe(value);
});

test("of a long command not all is kept", () => {
  const kinds: Kinds = new Map();
  const long = `agent ${"x".repeat(100_000)}`;
  learnFrom(kinds, ended({ command: long }, { wallMs: 1000 }));
  expect([...kinds.keys()].join("").length).toBeLessThan(2000);
  expect(learned(kinds, { label: null, command: long })?.runs).toBe(1);
  expect(learned(kinds, { label: null, command: `${long}x` })).toBeUndefined();
});
