/** One task as the cells of a table row. */
import type { LiveUsage } from "@claudine/protocol/host";
import { statusReason } from "@claudine/protocol/info";
import { isFinished } from "@claudine/protocol/states";
import type { Task } from "@claudine/protocol/task";
import { formatBytes, formatDuration } from "@claudine/protocol/units";
import type { Course } from "../store/history.ts";
import { timeOf } from "../store/order.ts";
import { STATE_STYLE, type Look, type StyleName } from "../theme.ts";
import { MARGIN, type PlacedColumn } from "./columns.ts";
import { fill, span, type Line, type Span } from "./line.ts";
import { sparkline, steadyTop } from "./spark.ts";
import { fit, steadyLine } from "./text.ts";

/** A task with what is known of it at this moment. */
export type RowFacts = {
  task: Task;
  live: LiveUsage | undefined;
  waitsFor: string | null;
  course: Course;
  awaitsInput: boolean;
  tagged: boolean;
  /** It is about to be removed. */
  leaving: boolean;
};
export type RowFrame = { columns: readonly PlacedColumn[]; width: number; look: Look; now: number };

type Cell = { text: string; style: StyleName };

/** Why it waits or how it ended, in words, or null when there is nothing to say. */
export function reasonOf({ task, live, waitsFor, awaitsInput, leaving }: RowFacts): string | null {
  const { status } = task;
  if (leaving) return "goes in a moment, u keeps it";
  if (awaitsInput) return `claudine send ${task.id}`;
  if (status.state === "queued") return waitsFor;
  const reason = statusReason(status);
  if (reason !== null) return status.state === "held" && reason === "held" ? null : reason;
  if (live?.agent?.headline !== undefined && live.agent.headline !== null) return live.agent.headline;
  return task.attempt > 1 ? `attempt ${task.attempt}` : null;
}

/** What the state column says: the state, or what the run is about to do. */
export function stateWord(task: Task): string {
  const { status } = task;
  if (!("run" in status)) return status.state;
  if (status.run.stopping !== undefined) return "stopping";
  return status.run.started === undefined ? "starting" : status.state;
}

export function rowLine(facts: RowFacts, frame: RowFrame, selected: boolean): Line {
  const { columns, look, width } = frame;
  const mark = look.glyphs.ellipsis;
  const reason = reasonOf(facts);
  const margin = facts.tagged ? look.glyphs.tag : selected ? look.glyphs.cursor : " ";
  const spans: Span[] = [span(margin.padEnd(MARGIN), facts.tagged ? "warn" : "plain")];
  for (const [index, column] of columns.entries()) {
    if (index > 0) spans.push(span(" ".repeat(column.gap)));
    const next = columns[index + 1];
    const joins = column.id === "command" && next?.id === "reason" && reason === null;
    const { text, style } = cellOf(column, facts, { look, now: frame.now, reason });
    spans.push(
      span(
        fit(text, joins ? column.width + next.gap + next.width : column.width, { align: column.align, mark }),
        style,
      ),
    );
    if (joins) break;
  }
  return selected ? fill({ spans, selected }, width, mark) : { spans };
}

type CellFrame = { look: Look; now: number; reason: string | null };

function cellOf({ id, width }: PlacedColumn, facts: RowFacts, { look, now, reason }: CellFrame): Cell {
  const { task } = facts;
  const { state } = task.status;
  const base: StyleName = isQuiet(task) ? "dim" : "plain";
  switch (id) {
    case "state":
      return {
        text: `${look.glyphs.states[state]} ${stateWord(task)}`,
        style: stateWord(task) === "stopping" ? "warn" : STATE_STYLE[state],
      };
    case "id":
      return { text: String(task.id), style: base };
    case "group":
      return { text: steadyLine(task.group), style: task.group === "default" ? "dim" : base };
    case "priority":
      return { text: String(task.priority), style: task.priority === 0 ? "dim" : base };
    case "age":
      return { text: shortTime(now - task.createdAt), style: "dim" };
    case "time":
      return { text: timeText(task, now), style: state === "running" ? "plain" : "dim" };
    case "cpu":
      return { text: cpuText(facts, look), style: state === "running" ? "plain" : "dim" };
    case "memory":
      return { text: memoryText(facts, look), style: state === "running" ? "plain" : "dim" };
    case "cpuCourse":
      return { text: courseText(facts.course.cpu, width, { look, top: 100 }), style: "good" };
    case "memoryCourse":
      return { text: courseText(facts.course.rss, width, { look, top: steadyTop(facts.course.rss) }), style: "info" };
    case "attempt":
      return { text: task.attempt === 0 ? "" : String(task.attempt), style: task.attempt > 1 ? "warn" : "dim" };
    case "label":
      return { text: steadyLine(task.label ?? ""), style: base };
    case "command":
      return { text: steadyLine(task.command), style: base };
    case "reason":
      return { text: steadyLine(shortReason(reason ?? "")), style: reasonStyle(task) };
  }
}

/** Of a task that uses several cores, its own most is the top. */
function courseText(values: readonly number[], width: number, { look, top = 0 }: { look: Look; top?: number }): string {
  return values.length === 0 ? "" : sparkline(values, width, { look, top: Math.max(top, ...values) });
}

/** That it waits stands in the state column already. */
function shortReason(reason: string): string {
  return reason
    .replace(/^waits for (an? )?/, "")
    .replace("slot of group ", "slot of ")
    .replace(/ \((\d+) of (\d+) in use\)/, " $1/$2");
}

function isQuiet({ status }: Task): boolean {
  return isFinished(status.state) && STATE_STYLE[status.state] === "dim";
}

function reasonStyle({ status }: Task): StyleName {
  if ("run" in status && status.run.attention !== undefined) return "warn";
  if (status.state === "held") return "odd";
  return isFinished(status.state) && STATE_STYLE[status.state] === "bad" ? "bad" : "dim";
}

/** What has ended may be told to the tenth of a second; what goes on would only flicker. */
function timeText(task: Task, now: number): string {
  const time = timeOf(task, now);
  if (!("finishedAt" in task.status)) return shortTime(time);
  if (task.status.startedAt === null) return "";
  return time < 10_000 ? formatDuration(time) : shortTime(time);
}

/** An average over less than this says nothing. */
const SHARE_FROM_MS = 1000;

/** Now while it runs, on average when it has ended. */
function cpuText({ task, live }: RowFacts, look: Look): string {
  if ("run" in task.status) return live === undefined ? look.glyphs.dash : String(Math.round(live.cpuPercent));
  const usage = "usage" in task.status ? task.status.usage : null;
  return usage === null || usage.wallMs < SHARE_FROM_MS ? "" : String(Math.round((usage.cpuMs / usage.wallMs) * 100));
}

/** Now while it runs, the peak when it has ended. */
function memoryText({ task, live }: RowFacts, look: Look): string {
  if ("run" in task.status) return live === undefined ? look.glyphs.dash : formatBytes(live.rssBytes);
  const usage = "usage" in task.status ? task.status.usage : null;
  return usage === null || usage.peakRssBytes <= 0 ? "" : formatBytes(usage.peakRssBytes);
}

/** At most six columns, whole units: `0s`, `59s`, `4m10s`, `2h05m`, `3d04h`. */
export function shortTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
  const days = Math.floor(seconds / 86_400);
  return days < 100 ? `${days}d${two(Math.floor(seconds / 3600) % 24)}h` : `${days}d`;
}
