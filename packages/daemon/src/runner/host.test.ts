import { expect, test } from "vitest";
import { cpuPercent, createHostReader, meminfoBytes, parseCpuLine } from "./host.ts";

test("the load of this machine is within bounds, and asked again at once it is the same reading", () => {
  let now = 0;
  const readHost = createHostReader(() => now);
  const first = readHost();
  expect(first).toMatchObject({ cpuPercent: 0 });
  expect(first.cores).toBeGreaterThanOrEqual(1);
  expect(first.memAvailableBytes).toBeGreaterThan(0);
  expect(first.memAvailableBytes).toBeLessThanOrEqual(first.memTotalBytes);
  expect(first.swapFreeBytes).toBeLessThanOrEqual(first.swapTotalBytes);
  now += 499;
  expect(readHost()).toBe(first);
  now += 2;
  const second = readHost();
  expect(second).not.toBe(first);
  expect(second.cpuPercent).toBeGreaterThanOrEqual(0);
  expect(second.cpuPercent).toBeLessThanOrEqual(100);
});

test("the processor line is split into busy and idle", () => {
  const before = parseCpuLine("cpu  100 0 50 800 50 0 0 0 7 0\ncpu0 1 2 3 4\n");
  const after = parseCpuLine("cpu  150 0 70 820 60 0 0 0 7 0\n");
  expect(before).toEqual({ busy: 150, total: 1000 });
  expect(after && cpuPercent(before, after)).toBe(70);
  expect(after && cpuPercent(undefined, after)).toBe(0);
  expect(before && after && cpuPercent(after, before)).toBe(0);
  expect(parseCpuLine("")).toBeUndefined();
});

test("a figure of meminfo is found by its whole name", () => {
  const text = "MemTotal:       100 kB\nMemFree:         10 kB\nMemAvailable:    50 kB\n";
  expect(meminfoBytes(text, "MemAvailable")).toBe(51_200);
  expect(meminfoBytes(text, "Mem")).toBeUndefined();
});
