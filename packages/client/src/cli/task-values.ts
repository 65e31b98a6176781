/** The single values of a task as they are shown and compared. */
import type { TaskInfo } from "@claudine/protocol/task";
import { formatDuration } from "@claudine/protocol/units";

/** A line of `show`. */
export type Fact = readonly [name: string, value: string];

export function stateText({ state, stopping }: TaskInfo): string {
  return stopping ? "stopping" : state;
}

/** Nothing when it would only say the state again. */
export function reasonText({ reason, state }: TaskInfo): string {
  return reason === null || reason === state ? "" : reason;
}

/** Local time, as `2026-03-14 15:09:26`. */
export function clock(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace("T", " ");
}

export function runMs({ startedAt, finishedAt, usage }: TaskInfo, now: number): number | undefined {
  if (startedAt === null) return undefined;
  return finishedAt === null ? now - startedAt : usage.wallMs || finishedAt - startedAt;
}

/** `3.2s`, `45s`, `4m10s`: short enough for a column. */
export function brief(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 10_000) return `${(Math.floor(whole / 100) / 10).toFixed(1)}s`;
  return whole < 60_000 ? `${Math.floor(whole / 1000)}s` : formatDuration(whole);
}

export function cpuText(task: TaskInfo): string {
  if (task.cpuPercent !== null) return `${Math.round(task.cpuPercent)}%`;
  return blankOr(cpuMs(task), brief);
}

export function cpuMs({ finishedAt, startedAt, usage }: TaskInfo): number | undefined {
  return finishedAt === null || startedAt === null ? undefined : usage.cpuMs;
}

export function memory({ rssBytes, finishedAt, usage }: TaskInfo): number | undefined {
  if (rssBytes !== null) return rssBytes;
  return finishedAt === null || usage.peakRssBytes === 0 ? undefined : usage.peakRssBytes;
}

export function blankOr<T>(value: T | null | undefined, text: (value: T) => string): string {
  return value === null || value === undefined ? "" : text(value);
}
