/** The machine when a run failed, in a few lines. */
import type { Snapshot, TopProcess } from "@claudine/protocol/host";
import { formatBytes } from "@claudine/protocol/units";
import { clock, type Fact } from "./task-values.ts";

const SHOWN = 5;

export function snapshotFacts(snapshot: Snapshot | null): Fact[] {
  if (snapshot === null) return [];
  const { at, cores, cpuPercent, load1, memTotalBytes, memAvailableBytes, diskFreeBytes, swapTotalBytes } = snapshot;
  const swap =
    swapTotalBytes === 0 ? "" : `, swap ${formatBytes(snapshot.swapFreeBytes)} of ${formatBytes(swapTotalBytes)} free`;
  const disk = diskFreeBytes === null ? "" : `, disk ${formatBytes(diskFreeBytes)} free`;
  return [
    [
      "Machine",
      `at ${clock(at)}: CPU ${Math.round(cpuPercent)}% of ${cores} cores, load ${load1.toFixed(1)}, memory ` +
        `${formatBytes(memAvailableBytes)} of ${formatBytes(memTotalBytes)} available${swap}${disk}`,
    ],
    ["Pressure", pressureText(snapshot)],
    ["Busiest", processesText(snapshot.byCpu, ({ cpuPercent: percent }) => `${Math.round(percent)}%`)],
    ["Largest", processesText(snapshot.byMemory, ({ rssBytes }) => formatBytes(rssBytes))],
  ];
}

function pressureText({ pressure }: Snapshot): string {
  const known = Object.entries(pressure).flatMap(([name, share]) =>
    share === null ? [] : [`${name} ${share.toFixed(1)}%`],
  );
  return known.length === 0 ? "" : `${known.join(", ")} of the last 10 s`;
}

function processesText(processes: readonly TopProcess[], value: (one: TopProcess) => string): string {
  return processes
    .slice(0, SHOWN)
    .map((one) => `${one.name || "?"} (${one.pid}) ${value(one)}`)
    .join(", ");
}
