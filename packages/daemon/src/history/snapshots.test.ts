import type { Snapshot } from "@claudine/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Pending } from "./writer.ts";
import { createSnapshots } from "./snapshots.ts";

const START = Date.UTC(2026, 2, 14);

function snapshot(at: number): Snapshot {
  return {
    at,
    cores: 2,
    cpuPercent: 0,
    load1: 0,
    memTotalBytes: 1,
    memAvailableBytes: 1,
    swapTotalBytes: 0,
    swapFreeBytes: 0,
    pressure: { cpu: null, memory: null, io: null },
    diskFreeBytes: null,
    byCpu: [],
    byMemory: [],
  };
}

function open() {
  vi.useFakeTimers({ toFake: ["performance", "Date"] });
  vi.setSystemTime(START);
  onTestFinished(() => void vi.useRealTimers());
  const pending: Pending = { host: { short: [], long: [] }, courses: [], snapshots: [] };
  let fails = false;
  const looks = vi.fn<() => Promise<Snapshot>>(async () => {
    if (fails) throw new Error("no process table");
    return snapshot(Date.now());
  });
  const snapshots = createSnapshots({
    look: looks,
    store: { snapshot: () => undefined },
    writer: { pending, within: () => {} },
  });
  return { snapshots, looks, fail: (on: boolean) => void (fails = on) };
}

test("a thousand failures at once cost one look, and each has it", async () => {
  const { snapshots, looks } = open();
  for (let run = 0; run < 1000; run += 1) {
    snapshots.take();
    await vi.advanceTimersByTimeAsync(5);
  }
  expect(looks).toHaveBeenCalledTimes(1);
  expect(snapshots.near(START + 4000)?.at).toBe(START);
  await vi.advanceTimersByTimeAsync(6000);
  snapshots.take();
  expect(looks).toHaveBeenCalledTimes(2);
});

test("a failure long before or after has none", async () => {
  const { snapshots } = open();
  snapshots.take();
  await vi.advanceTimersByTimeAsync(1);
  expect(snapshots.near(START - 60_000)).toBeNull();
  expect(snapshots.near(START + 60_000)).toBeNull();
});

test("after a look that failed the next failure tries again", async () => {
  const { snapshots, looks, fail } = open();
  fail(true);
  snapshots.take();
  await vi.advanceTimersByTimeAsync(1);
  fail(false);
  snapshots.take();
  expect(looks).toHaveBeenCalledTimes(2);
});
