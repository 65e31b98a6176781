/** How often the meter looks, with time and processor time in the test's hand. */
import { copyFileSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { createMeter } from "./meter.ts";
import { openRig, processes, type Rig } from "./test-rig.ts";

type Cost = { wallMs: number; cpuMs: number };

/** A meter whose samples cost what is said; from here on time goes on only when the test says so. */
function openMeter(rig: Rig, cost: Cost) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const seen = { samples: 0, started: [] as string[] };
  let cpuMs = 0;
  const meter = createMeter({
    processes,
    intervalMs: 1000,
    async readUsage() {
      seen.samples += 1;
      cpuMs += cost.cpuMs;
      await new Promise((resolve) => setTimeout(resolve, cost.wallMs));
      return new Map();
    },
    cpuMs: () => cpuMs,
    never: () => [rig.launcher.pid ?? 0],
    onStarted: (runKey) => seen.started.push(runKey),
    onGone: () => {},
    onSample: () => {},
  });
  onTestFinished(() => {
    meter.close();
    vi.useRealTimers();
  });
  return { meter, seen };
}

async function startedRun(rig: Rig, key: string): Promise<string> {
  const { recordPath } = rig.start(key, ["sleep", "600"]);
  await rig.started(key);
  return recordPath;
}

test("a sample that waited for the processor is followed by the next at its time", async () => {
  const rig = await openRig("perl");
  const path = await startedRun(rig, "1.1");
  const { meter, seen } = openMeter(rig, { wallMs: 400, cpuMs: 2 });
  meter.track("1.1", path);
  await vi.advanceTimersByTimeAsync(500);
  expect(seen.samples).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen.samples).toBe(2);
});

test("a sample that took much processor time is followed by a rest, but not by a long one", async () => {
  const rig = await openRig("perl");
  const path = await startedRun(rig, "1.1");
  const { meter, seen } = openMeter(rig, { wallMs: 400, cpuMs: 400 });
  meter.track("1.1", path);
  await vi.advanceTimersByTimeAsync(3000);
  expect(seen.samples).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen.samples).toBe(2);
});

test("a start is noticed while the meter rests", async () => {
  const rig = await openRig("perl");
  const [first, second] = [await startedRun(rig, "1.1"), await startedRun(rig, "2.1")];
  const { meter, seen } = openMeter(rig, { wallMs: 400, cpuMs: 400 });
  meter.track("1.1", first);
  await vi.advanceTimersByTimeAsync(500);
  meter.track("2.1", second);
  await vi.advanceTimersByTimeAsync(50);
  expect(seen).toEqual({ samples: 1, started: ["1.1", "2.1"] });
});

test("a start is noticed while a sample is being taken", async () => {
  const rig = await openRig("perl");
  const [first, second] = [await startedRun(rig, "1.1"), await startedRun(rig, "2.1")];
  const { meter, seen } = openMeter(rig, { wallMs: 60_000, cpuMs: 0 });
  meter.track("1.1", first);
  await vi.advanceTimersByTimeAsync(100);
  expect(seen.samples).toBe(1);
  meter.track("2.1", second);
  await vi.advanceTimersByTimeAsync(50);
  expect(seen.started).toEqual(["1.1", "2.1"]);
});

test("a run that takes long to begin is looked at again soon", async () => {
  const rig = await openRig("perl");
  const path = await startedRun(rig, "1.1");
  const { meter, seen } = openMeter(rig, { wallMs: 0, cpuMs: 0 });
  meter.track("1.1", `${path}.late`);
  await vi.advanceTimersByTimeAsync(60);
  expect(seen.started).toEqual([]);
  copyFileSync(path, `${path}.late`);
  await vi.advanceTimersByTimeAsync(100);
  expect(seen.started).toEqual(["1.1"]);
});
