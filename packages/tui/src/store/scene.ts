/** What is on the screen at one moment, as plain data: the only thing the views get to see. */
import type { HostSample, Group } from "@claudine/protocol/host";
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import type { Task } from "@claudine/protocol/task";
import type { Uses } from "../view/columns.ts";
import type { Notice } from "../view/footer.ts";
import type { Counts } from "../view/header.ts";
import type { Size } from "../view/layout.ts";
import type { RowFacts } from "../view/row.ts";
import type { LogState } from "./log-follower.ts";
import type { Model } from "./model.ts";
import type { UiState } from "./ui-state.ts";

export type Connection = { state: "up" } | { state: "lost"; since: number; why: string };

export type Scene = {
  size: Size;
  now: number;
  ui: UiState;
  connection: Connection;
  loaded: boolean;
  counts: Counts;
  host: HostSample | null;
  groups: readonly Group[];
  /** All tasks known, and those the filter leaves. */
  total: number;
  shown: number;
  uses: Uses;
  idDigits: number;
  /** The rows to be seen, and which of them is chosen. */
  rows: readonly RowFacts[];
  cursorRow: number;
  chosen: RowFacts | undefined;
  log: LogState | null;
  /** As they were read last; null before that. */
  schedules: readonly ScheduleInfo[] | null;
  notice: Notice | null;
};

export function factsOf(model: Model, task: Task): RowFacts {
  return { task, live: model.live.get(task.id), waitsFor: model.reasons.get(task.id) ?? null };
}

/** What waits and runs as the events say; what has ended as the daemon counts, which also knows older tasks. */
export function countsOf({ book, host }: Model): Counts {
  const ended = host?.counts;
  const failed = book.count("failed", "timed-out", "lost");
  return {
    running: book.count("running"),
    paused: book.count("paused"),
    queued: book.count("queued"),
    held: book.count("held"),
    failed: Math.max(failed, (ended?.failed ?? 0) + (ended?.["timed-out"] ?? 0) + (ended?.lost ?? 0)),
    done: Math.max(book.count("succeeded"), ended?.succeeded ?? 0),
  };
}
