/** What a run used over time and what it waited for, as `show --metrics` prints it. */
import type { CoursePoint, WaitWhy } from "@claudine/protocol/host";
import type { Result } from "@claudine/protocol/methods";
import { formatBytes, formatDuration } from "@claudine/protocol/units";
import type { Client } from "../client.ts";
import { plot } from "./plot.ts";

export type RunMetrics = { attempt: number; points: CoursePoint[]; waited: Waited };
type Waited = Pick<Result<"run.waited">, "waitedMs" | "parts" | "complete">;

/** @throws ClaudineError wrong_state when the task has not run */
export async function readMetrics(client: Client, id: number): Promise<RunMetrics> {
  const { attempt, points } = await client.call("run.course", { id });
  const { waitedMs, parts, complete } = await client.call("run.waited", { id, attempt });
  return { attempt, points, waited: { waitedMs, parts, complete } };
}

const WHY: Readonly<Record<WaitWhy, string>> = {
  held: "held",
  time: "for its time",
  dependencies: "for what it depends on",
  "group-paused": "while its group was paused",
  room: "for a slot, a resource or the machine",
};

/** `1m05s: 1m for what it depends on, 5.0s for a slot, …`. */
export function waitedText({ waitedMs, parts, complete }: Waited): string {
  const why = parts.map((part) => `${formatDuration(part.ms)} ${WHY[part.why]}`).join(", ");
  const rest = complete || parts.length === 0 ? "" : " (as far as the journal tells)";
  return why === "" ? formatDuration(waitedMs) : `${formatDuration(waitedMs)}: ${why}${rest}`;
}

const WIDTH_AT_MOST = 76;
const HEIGHT = 6;

export function metricsLines({ points }: RunMetrics, { width, ascii }: { width: number; ascii: boolean }): string[] {
  if (points.length < 2) return ["Its run was too short to be sampled twice; the totals above are the kernel's."];
  const layout = { width: Math.min(width, WIDTH_AT_MOST), height: HEIGHT, ascii, time: formatDuration };
  const draw = (title: string, value: (point: CoursePoint) => number, text: (value: number) => string) => {
    const values = points.map((point) => ({ at: point.at, value: value(point) }));
    return values.some((one) => one.value > 0) ? ["", title, ...plot(values, { ...layout, text })] : [];
  };
  const rates = ratesOf(points);
  return [
    ...draw(
      "CPU, percent of a core",
      ({ cpuPercent }) => cpuPercent,
      (value) => `${Math.round(value)}%`,
    ),
    ...draw("Memory", ({ rssBytes }) => rssBytes, formatBytes),
    ...draw("Storage, read and written in a second", (point) => rates.get(point) ?? 0, formatBytes),
    ...draw("Processes", ({ processes }) => processes, String),
  ].slice(1);
}

/** Totals become bytes in a second. */
function ratesOf(points: readonly CoursePoint[]): Map<CoursePoint, number> {
  const total = ({ readBytes = 0, writeBytes = 0 }: CoursePoint) => readBytes + writeBytes;
  return new Map(
    points.map((point, index) => {
      const before = points[index - 1];
      if (before === undefined) return [point, 0];
      const seconds = Math.max(1, point.at - before.at) / 1000;
      return [point, Math.max(0, total(point) - total(before)) / seconds];
    }),
  );
}
