import { expect, test } from "vitest";
import type { RecordEnd, RecordUsage } from "../runner/record.ts";
import { runEnd, usageFromSamples, type Sampled } from "./run-facts.ts";

const MIB = 2 ** 20;

const totals: RecordUsage = {
  userUs: 15_000,
  systemUs: 5000,
  maxRssBytes: 20 * MIB,
  readBytes: 512,
  writeBytes: 1024,
  voluntarySwitches: 3,
  involuntarySwitches: 1,
  readOps: 10,
  writeOps: 20,
};
const sampled: Sampled = {
  cpuMs: 10,
  peakRssBytes: 30 * MIB,
  avgRssBytes: 25 * MIB,
  readBytes: 0,
  writeBytes: 2048,
  readOps: 4,
  writeOps: 30,
  peakProcesses: 4,
  peakThreads: 9,
};
const group = {
  cpu: { userMs: 30, systemMs: 6 },
  peakBytes: 40 * MIB,
  readBytes: 4096,
  writeBytes: undefined,
  peakThreads: undefined,
};
const end = (usage: RecordUsage | undefined): Omit<RecordEnd, "pid"> => ({
  exit: { kind: "exited", exitCode: 0 },
  usage,
  endedAt: 1020,
});

test("a run without a sample has what the kernel counted", () => {
  expect(runEnd(1000, end(totals), {}).usage).toEqual({
    userMs: 15,
    systemMs: 5,
    cpuMs: 20,
    wallMs: 20,
    peakRssBytes: 20 * MIB,
    avgRssBytes: 20 * MIB,
    readBytes: 512,
    writeBytes: 1024,
    readOps: 10,
    writeOps: 20,
    processes: 1,
    threads: 1,
    voluntarySwitches: 3,
    involuntarySwitches: 1,
    groupPeakBytes: null,
  });
});

test("what more is known counts: samples of the whole tree, and the control group", () => {
  expect(runEnd(1000, end(totals), { sampled, group }).usage).toMatchObject({
    userMs: 30,
    systemMs: 6,
    peakRssBytes: 30 * MIB,
    avgRssBytes: 25 * MIB,
    readBytes: 4096,
    writeBytes: 2048,
    readOps: 10,
    writeOps: 30,
    processes: 4,
    threads: 9,
    groupPeakBytes: 40 * MIB,
  });
});

test("a small command is not given the memory of the shim where something else is known", () => {
  const small = { ...totals, maxRssBytes: 7 * MIB };
  expect(runEnd(1000, end(small), {}).usage.peakRssBytes).toBe(7 * MIB);
  expect(runEnd(1000, end(small), { group: { ...group, peakBytes: MIB } }).usage.peakRssBytes).toBe(MIB);
  expect(runEnd(1000, end(small), { group: { ...group, peakBytes: 100 * MIB } }).usage.peakRssBytes).toBe(7 * MIB);
  expect(runEnd(1000, end(small), { sampled: { ...sampled, peakRssBytes: 2 * MIB } }).usage.peakRssBytes).toBe(2 * MIB);
});

test("of a run that never started, or left no trace, nothing is known but its time", () => {
  expect(usageFromSamples(7, {})).toMatchObject({ wallMs: 7, cpuMs: 0, readOps: null, processes: null });
  expect(usageFromSamples(7, { group })).toMatchObject({ cpuMs: 36, readBytes: 4096, groupPeakBytes: 40 * MIB });
});
