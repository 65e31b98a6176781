import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readGroupTotals } from "./cgroup-totals.ts";

/** A folder as the kernel shows a group. */
function groupOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "group-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("what the kernel counts for a group", () => {
  const folder = groupOf({
    "cpu.stat": "usage_usec 20500\nuser_usec 15500\nsystem_usec 5000\nnr_periods 0\n",
    "memory.peak": "1048576\n",
    "io.stat": "8:0 rbytes=100 wbytes=20 rios=3 wios=4 dbytes=0 dios=0\n8:16 rbytes=5 wbytes=0 rios=1 wios=0\n",
    "pids.peak": "7\n",
  });
  expect(readGroupTotals(folder)).toEqual({
    cpu: { userMs: 15.5, systemMs: 5 },
    peakBytes: 1048576,
    readBytes: 105,
    writeBytes: 20,
    peakThreads: 7,
  });
});

test("without controllers only the processor time is known, and without a group nothing", () => {
  const folder = groupOf({ "cpu.stat": "usage_usec 3\nuser_usec 1\nsystem_usec 2\n" });
  expect(readGroupTotals(folder)).toEqual({
    cpu: { userMs: 0.001, systemMs: 0.002 },
    peakBytes: undefined,
    readBytes: undefined,
    writeBytes: undefined,
    peakThreads: undefined,
  });
  expect(readGroupTotals(join(folder, "none"))).toBeUndefined();
});
