import { noCounts, type HostPoint } from "@claudine/protocol";
import { Config } from "@claudine/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import { createHostHistory } from "./host-history.ts";
import { averagePoints, packPoint, unpackPoint } from "./host-point.ts";
import type { HistoryBatch, HistoryStore, HostRow, Tier } from "./ports.ts";
import { createWriter } from "./writer.ts";

const START = Date.UTC(2026, 2, 14);
const { history: CONFIG } = Config.parse({});

function point(at: number, change: Partial<HostPoint> = {}): HostPoint {
  return {
    at,
    cpuPercent: 12.34,
    memTotalBytes: 8e9,
    memAvailableBytes: 4e9,
    load1: 0.5,
    pressure: { cpu: 1.5, memory: null, io: 0 },
    diskFreeBytes: 1e12,
    counts: { ...noCounts(), running: 2 },
    slotsUsed: 2,
    slotsTotal: 4,
    ...change,
  };
}

/** A store in memory, and time in the test's hand. */
function open(isBusy = true) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"] });
  vi.setSystemTime(START);
  onTestFinished(() => void vi.useRealTimers());
  const batches: HistoryBatch[] = [];
  const disk = { full: false };
  const rows = (tier: Tier): HostRow[][] => batches.map(({ host }) => host[tier]).filter(({ length }) => length > 0);
  const store: Pick<HistoryStore, "append" | "hostRows" | "hostSince"> = {
    async append(batch) {
      if (!disk.full) batches.push(batch);
      return !disk.full;
    },
    hostRows: rows,
    hostSince: (tier) => rows(tier)[0]?.[0]?.[0] as number | undefined,
  };
  const writer = createWriter({
    append: store.append,
    keep: () => ({ since: { short: 0, long: 0 }, courses: 1, snapshots: 1 }),
    gather: () => history.gather(),
  });
  const history = createHostHistory({
    config: CONFIG,
    store,
    writer,
    measure: async () => point(Date.now()),
    isBusy: () => isBusy,
    pointsMax: 100,
  });
  onTestFinished(() => history.close());
  return { history, writer, batches, disk };
}

test("a sample is the same after it was packed", () => {
  expect(unpackPoint(packPoint(point(START)))).toEqual(point(START));
  expect(unpackPoint(packPoint(point(START, { slotsTotal: null, diskFreeBytes: null })))).toEqual(
    point(START, { slotsTotal: null, diskFreeBytes: null }),
  );
});

test("several samples are one: averages of what is measured, the last of what is counted", () => {
  const later = point(START + 10, {
    cpuPercent: 37.66,
    counts: noCounts(),
    pressure: { cpu: 0.5, memory: 4, io: null },
  });
  expect(averagePoints([point(START), later])).toMatchObject({
    at: START + 10,
    cpuPercent: 25,
    counts: { running: 0 },
    pressure: { cpu: 1, memory: 4, io: 0 },
  });
});

test("the machine is looked at every ten seconds and written once a minute, or every five with nothing to do", async () => {
  for (const [isBusy, writes] of [
    [true, 8],
    [false, 1],
  ] as const) {
    const { batches, history } = open(isBusy);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(batches.length).toBeGreaterThanOrEqual(writes);
    expect(batches.length).toBeLessThanOrEqual(writes + 1);
    history.close();
  }
});

test("what is not written yet is read too, and nothing twice", async () => {
  const { history } = open();
  await vi.advanceTimersByTimeAsync(105_000);
  const { stepMs, samples } = await history.read({ since: START, until: Date.now(), stepMs: 10_000 });
  expect(stepMs).toBe(10_000);
  expect(samples.map(({ at }) => at - START)).toEqual(Array.from({ length: 10 }, (_, index) => 10_000 * (index + 1)));
});

test("an answer is bounded, and what it was thinned to is said", async () => {
  const { history } = open();
  await vi.advanceTimersByTimeAsync(7_200_000);
  const { stepMs, samples } = await history.read({ since: START, until: Date.now(), stepMs: 1 });
  expect(stepMs).toBe(72_000);
  expect(samples.length).toBeLessThanOrEqual(101);
  expect(samples.length).toBeGreaterThan(90);
});

test("averages over five minutes are kept beside the samples, the last one when it ends", async () => {
  const { history, writer, batches } = open();
  await vi.advanceTimersByTimeAsync(900_000);
  history.close();
  await writer.close();
  const long = batches.flatMap(({ host }) => host.long).map(([at]) => (at as number) - START);
  expect(long).toEqual([290_000, 590_000, 890_000, 900_000]);
});

test("what the disk does not take is tried again with what came since", async () => {
  const { batches, disk } = open();
  disk.full = true;
  await vi.advanceTimersByTimeAsync(125_000);
  expect(batches).toEqual([]);
  disk.full = false;
  await vi.advanceTimersByTimeAsync(70_000);
  expect(batches[0]?.host.short.length).toBeGreaterThanOrEqual(12);
});
