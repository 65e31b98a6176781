/** What a task's run used, as `show` prints it. */
import type { TaskInfo, Usage } from "@claudine/protocol/task";
import { formatBytes, formatDuration } from "@claudine/protocol/units";
import { type Fact, runMs } from "./task-values.ts";

/** A wait that nobody notices is not worth a line. */
export function waitedFact({ waitedMs }: TaskInfo): string {
  return waitedMs === null || waitedMs < 1000 ? "" : formatDuration(waitedMs);
}

export function usageFacts(task: TaskInfo, now: number): Fact[] {
  const time = runMs(task, now);
  if (time === undefined) return [];
  const { usage, cpuPercent, rssBytes } = task;
  const share = cpuPercent === null ? "" : `, now ${Math.round(cpuPercent)}% of a core`;
  const rss = rssBytes === null ? "" : `, now ${formatBytes(rssBytes)}`;
  return [
    ["Time", formatDuration(time)],
    [
      "CPU",
      `${formatDuration(usage.cpuMs)} (user ${formatDuration(usage.userMs)}, system ${formatDuration(usage.systemMs)})${share}`,
    ],
    ["Memory", `at most ${formatBytes(usage.peakRssBytes)}, on average ${formatBytes(usage.avgRssBytes)}${rss}`],
    [
      "Storage",
      usage.readBytes + usage.writeBytes === 0
        ? ""
        : `read ${formatBytes(usage.readBytes)}, written ${formatBytes(usage.writeBytes)}`,
    ],
  ];
}

/** What few want to know. */
export function detailFacts({ usage }: TaskInfo): Fact[] {
  return [
    ["Calls", callsText(usage)],
    ["Processes", processesText(usage)],
  ];
}

function callsText({ readOps, writeOps, voluntarySwitches, involuntarySwitches }: Usage): string {
  const calls = isKnown(readOps) && isKnown(writeOps) ? [`read ${readOps} times, wrote ${writeOps} times`] : [];
  const switches =
    isKnown(voluntarySwitches) && isKnown(involuntarySwitches)
      ? [`waited ${voluntarySwitches} times, interrupted ${involuntarySwitches} times`]
      : [];
  return [...calls, ...switches].join("; ");
}

/** One with one thread is what everybody expects. */
function processesText({ processes, threads }: Usage): string {
  return isKnown(processes) && isKnown(threads) && threads > 1 ? `at most ${processes}, with ${threads} threads` : "";
}

/** Runs of earlier versions lack some. */
function isKnown(value: number | null | undefined): value is number {
  return typeof value === "number";
}
