import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createMeter, type Meter } from "./meter.ts";
import { addSample, emptyTotals, type MemberSample, type RunUsage } from "./meter-totals.ts";
import { openRig, processes, type Rig, until } from "./test-rig.ts";
import { pidusageSource } from "./usage-source.ts";

type Heard = { started: string[]; gone: string[]; usage: Map<string, RunUsage> };

function openMeter(rig: Rig, intervalMs = 100): Meter & Heard {
  const heard: Heard = { started: [], gone: [], usage: new Map() };
  const meter = createMeter({
    processes,
    intervalMs,
    readUsage: pidusageSource({ usePs: false, maxAgeMs: 3000, now: () => performance.now() }),
    never: () => [rig.launcher.pid ?? 0],
    onStarted: (runKey) => heard.started.push(runKey),
    onGone: (runKey) => heard.gone.push(runKey),
    onSample: (runKey, usage) => heard.usage.set(runKey, usage),
  });
  onTestFinished(() => meter.close());
  return { ...meter, ...heard };
}

test("a run is measured with its grandchildren, also those in sessions of their own", async () => {
  const rig = await openRig("perl");
  const meter = openMeter(rig);
  const spec = rig.start("1.1", ["sh", "-c", "sh -c 'sleep 600 & setsid sleep 600 & wait' & wait"]);
  meter.track("1.1", spec.recordPath);
  const usage = await until(() => {
    const seen = meter.usage.get("1.1");
    return seen?.processes === 4 && seen;
  }, "four processes");
  expect(usage.rssBytes).toBeGreaterThan(500_000);
  expect(usage.peakRssBytes).toBeGreaterThanOrEqual(usage.rssBytes);
  expect(meter.current("1.1")).toEqual(meter.usage.get("1.1"));
  expect(meter.started).toEqual(["1.1"]);
});

test("one that has left for a session of its own is kept in sight when its parent has ended", async () => {
  const rig = await openRig("perl");
  const meter = openMeter(rig, 20);
  const spec = rig.start("1.1", [
    "sh",
    "-c",
    "sh -c 'setsid sleep 600 & until [ -e go ]; do sleep 0.02; done'; echo left; sleep 600",
  ]);
  meter.track("1.1", spec.recordPath);
  await until(() => (meter.usage.get("1.1")?.processes ?? 0) >= 3, "the whole tree");
  writeFileSync(join(rig.dir, "go"), "");
  await until(() => rig.stdout("1.1").includes("left"), "the parent to end");
  meter.usage.clear();
  await until(() => meter.usage.get("1.1")?.processes === 3, "the leader, its sleep and the one that left");
});

test("processor time and bytes written are counted", async () => {
  const rig = await openRig("perl");
  const meter = openMeter(rig, 50);
  const spec = rig.start("1.1", ["sh", "-c", "while :; do :; done"]);
  meter.track("1.1", spec.recordPath);
  const usage = await until(() => {
    const seen = meter.usage.get("1.1");
    return seen !== undefined && seen.cpuPercent > 0 && seen.cpuMs > 0 && seen;
  }, "some processor time");
  expect(usage.cpuPercent).toBeLessThan(1000);
});

test("the end of a leader is noticed though nobody tells", async () => {
  const rig = await openRig("perl");
  const meter = openMeter(rig);
  const spec = rig.start("1.1", ["sh", "-c", "until [ -e go ]; do sleep 0.02; done"]);
  meter.track("1.1", spec.recordPath);
  await until(() => meter.usage.has("1.1"), "a sample");
  writeFileSync(join(rig.dir, "go"), "");
  await until(() => meter.gone.length >= 2, "to be told, more than once");
  expect(meter.untrack("1.1")).toBeDefined();
  expect(meter.untrack("1.1")).toBeUndefined();
});

test("an end that was not heard of is noticed, however early it came", async () => {
  const rig = await openRig("perl");
  const meter = openMeter(rig);
  const spec = rig.start("1.1", ["true"]);
  await rig.ended("1.1");
  meter.track("1.1", spec.recordPath);
  await until(() => meter.gone.includes("1.1"), "to be told");
});

test("a run that has not started yet, or that ends before its first sample, is no trouble", async () => {
  const rig = await openRig("perl");
  const meter = openMeter(rig, 20);
  meter.track("9.1", join(rig.dir, "9.1.record"));
  const spec = rig.start("1.1", ["true"]);
  meter.track("1.1", spec.recordPath);
  await rig.ended("1.1");
  expect(meter.untrack("1.1")).toBeUndefined();
  rig.start("9.1", ["sleep", "600"]);
  await until(() => meter.usage.has("9.1"), "a sample of the late one");
});

const member = (pid: number, more: Partial<MemberSample> & { ppid?: number }): MemberSample => ({
  stat: { pid, ppid: more.ppid ?? 1, pgid: pid, sid: pid, state: "S", startTicks: "5", cpuMs: 0, threads: 1 },
  ownCpuMs: 0,
  ageMs: 1000,
  rssBytes: 0,
  io: undefined,
  ...more,
});

test("memory is averaged over time and its peak is kept", () => {
  const totals = emptyTotals();
  addSample(totals, [member(1, { rssBytes: 100 })], 0);
  addSample(totals, [member(1, { rssBytes: 300 })], 1000);
  expect(addSample(totals, [member(1, { rssBytes: 100 })], 4000)).toMatchObject({
    avgRssBytes: 200,
    peakRssBytes: 300,
    rssBytes: 100,
  });
});

test("processor use is of the time since the last sample, or of the process's life when it is new", () => {
  const totals = emptyTotals();
  expect(addSample(totals, [member(1, { ownCpuMs: 500 })], 0).cpuPercent).toBe(50);
  expect(
    addSample(totals, [member(1, { ownCpuMs: 600 }), member(2, { ownCpuMs: 20, ageMs: 40 })], 100).cpuPercent,
  ).toBe(120);
});

test("processor use has the children that came and went between two samples, once their parent has waited for them", () => {
  const spent = (pid: number, { own, all }: { own: number; all: number }): MemberSample => {
    const one = member(pid, { ownCpuMs: own });
    return { ...one, stat: { ...one.stat, cpuMs: all } };
  };
  const totals = emptyTotals();
  addSample(totals, [spent(1, { own: 10, all: 10 })], 0);
  expect(addSample(totals, [spent(1, { own: 20, all: 520 })], 1000).cpuPercent).toBe(51);
  // one that is still there is not counted twice when it ends
  addSample(totals, [spent(1, { own: 20, all: 520 }), spent(2, { own: 400, all: 400 })], 2000);
  expect(addSample(totals, [spent(1, { own: 20, all: 1020 })], 3000).cpuPercent).toBe(10);
});

test("bytes of a child are counted once, whether its parent waited for it or it was left behind", () => {
  const io = (readBytes: number) => ({ readBytes, writeBytes: 0, readOps: readBytes / 10, writeOps: 1 });
  const totals = emptyTotals();
  const child = member(2, { ppid: 1, io: io(50) });
  addSample(totals, [member(1, { io: io(10) }), child, member(3, { ppid: 99, io: io(7) })], 0);
  expect(totals.usage?.readBytes).toBe(67);
  // the kernel has added the child's 50 to the parent; nobody of the run waited for the third
  addSample(totals, [member(1, { io: io(65) })], 100);
  expect(totals.usage?.readBytes).toBe(72);
  expect(totals.usage).toMatchObject({ readOps: 7.2, peakProcesses: 3, peakThreads: 3, processes: 1, threads: 1 });
});

test("processor time of what was left behind is kept, and never shrinks", () => {
  const spent = (pid: number, ppid: number, cpuMs: number): MemberSample => {
    const one = member(pid, { ppid });
    return { ...one, stat: { ...one.stat, cpuMs } };
  };
  const totals = emptyTotals();
  addSample(totals, [spent(1, 0, 10), spent(2, 1, 50), spent(3, 99, 7)], 0);
  expect(totals.usage?.cpuMs).toBe(67);
  addSample(totals, [spent(1, 0, 12), spent(2, 1, 50)], 100);
  expect(totals.usage?.cpuMs).toBe(69);
  // the second has ended, and its parent has not waited for it yet
  addSample(totals, [spent(1, 0, 12)], 200);
  expect(totals.usage?.cpuMs).toBe(69);
});
