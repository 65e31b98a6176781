/** What is on the screen at one moment, as plain data: the only thing the views get to see. */
import type { HostSample, Group } from "@claudine/protocol/host";
import type { Task } from "@claudine/protocol/task";
import type { Uses } from "../view/columns.ts";
import type { Notice } from "../view/footer.ts";
import type { Counts } from "../view/header.ts";
import type { Size } from "../view/layout.ts";
import type { RowFacts } from "../view/row.ts";
import type { LogState } from "./log-follower.ts";
import type { Model } from "./model.ts";
import type { OutputState } from "./output.ts";
import type { EventRow } from "./recent.ts";
import type { Heading } from "./sections.ts";
import type { SideState } from "./side-reader.ts";
import type { RecorderState, VerbRow } from "./source.ts";
import type { UiState } from "./ui-state.ts";

export type Connection =
  | { state: "up" }
  /** It takes the connection and does not answer. */
  | { state: "silent"; since: number }
  | { state: "lost"; since: number; why: string };

/** From which share of the machine on nothing more is admitted; null where nothing limits. */
export type Limits = { cpu: number | null; memory: number | null };

/** A line of the table. */
export type TableLine = { kind: "heading"; heading: Heading } | { kind: "task"; facts: RowFacts };

/** How much has ended lately. */
export type Throughput = { perMinute: number; course: readonly number[] };

export type Scene = {
  size: Size;
  now: number;
  /** Another one than `now` while the past is shown. */
  wallNow: number;
  ui: UiState;
  connection: Connection;
  loaded: boolean;
  counts: Counts;
  host: HostSample | null;
  hostCourse: { cpu: readonly number[]; memory: readonly number[]; load: readonly number[] };
  limits: Limits;
  throughput: Throughput;
  groups: readonly Group[];
  /** All tasks known, and those the filter leaves. */
  total: number;
  shown: number;
  uses: Uses;
  idDigits: number;
  /** The lines of the table to be seen, and which of them is chosen. */
  lines: readonly TableLine[];
  cursorRow: number;
  /** The tasks among them. */
  rows: readonly RowFacts[];
  chosen: RowFacts | undefined;
  /** What the keys act on: those that are tagged, else the chosen one. */
  targets: readonly Task[];
  log: LogState | null;
  side: SideState | null;
  /** The newest events, oldest first. */
  events: readonly EventRow[];
  output: OutputState | null;
  verbs: readonly VerbRow[];
  recorder: RecorderState | null;
  notice: Notice | null;
};

export function factsOf(model: Model, task: Task, marks: Marks): RowFacts {
  return {
    task,
    live: model.live.get(task.id),
    waitsFor: model.reasons.get(task.id) ?? null,
    course: model.history.of(task.id),
    awaitsInput: model.awaitsInput(task),
    tagged: marks.tagged.has(task.id),
    leaving: marks.leaving.has(task.id),
  };
}

export type Marks = { tagged: ReadonlySet<number>; leaving: ReadonlySet<number> };

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
