/** What the panes say of the chosen task, but for its log. Every text is all of it; the pane shows a part. */
import { treeOf } from "@claudine/client/cli/graph/tree";
import { clock } from "@claudine/client/cli/task-values";
import { outcomeText } from "@claudine/protocol/info";
import type { Run, TaskInfo } from "@claudine/protocol/task";
import { formatBytes, formatDuration } from "@claudine/protocol/units";
import type { Scene } from "../store/scene.ts";
import type { SideData } from "../store/side-reader.ts";
import { STATE_STYLE, type Look, type StyleName } from "../theme.ts";
import { eventLine } from "./event-line.ts";
import { fitSpans, line, span, type Line } from "./line.ts";
import { sparkline, steadyTop, thinned } from "./spark.ts";
import { fit, steadyLine } from "./text.ts";

export type PaneRoom = { columns: number; look: Look };

/** All lines of the pane that is open; none for the log, which has lines of its own. */
export function paneText(scene: Scene, room: PaneRoom): Line[] {
  const { chosen, ui, side } = scene;
  if (chosen === undefined) return [];
  const lines = linesOf(scene, room);
  const problem = side?.problem === null || side === null ? [] : [line(span(`  ${steadyLine(side.problem)}`, "bad"))];
  const shown = ui.pane === "log" ? [] : [...problem, ...lines];
  return shown.map((one) => line(...fitSpans(one.spans, room.columns, room.look.glyphs.ellipsis)));
}

function linesOf(scene: Scene, room: PaneRoom): Line[] {
  const { ui, side, chosen, events } = scene;
  const data = side?.data ?? null;
  switch (ui.pane) {
    case "log":
      return [];
    case "details":
      return data?.kind === "task" ? detailLines(data, room) : waiting(room);
    case "runs":
      return data?.kind === "task" ? runLines(data, room) : waiting(room);
    case "tree":
      return data?.kind === "graph" ? treeLines(data.tasks, chosen?.task.id, room) : waiting(room);
    case "events": {
      const own = events.filter(({ id }) => id === chosen?.task.id).toReversed();
      if (own.length > 0) return own.map((event) => eventLine(event, { look: room.look, withSeq: false }));
      return [line(span("  Nothing of it among the newest events", "dim"))];
    }
  }
}

function waiting({ look }: PaneRoom): Line[] {
  return [line(span(look.ascii ? "  ..." : "  …", "dim"))];
}

type TaskData = Extract<SideData, { kind: "task" }>;
type Fact = readonly [name: string, value: string | null, style?: StyleName];

function detailLines({ got, causes, course }: TaskData, { columns, look }: PaneRoom): Line[] {
  const { task, environment } = got;
  const curve = course === undefined ? [] : course.points.map(({ cpuPercent }) => cpuPercent);
  const memory = course === undefined ? [] : course.points.map(({ rssBytes }) => rssBytes);
  const width = Math.max(8, Math.min(60, columns - 24));
  const facts: readonly Fact[] = [
    ["state", stateText(task), STATE_STYLE[task.state]],
    ...causes.map((cause): Fact => ["waits", cause, "info"]),
    ["command", task.command],
    ["folder", task.cwd],
    ["label", task.label],
    ["group", `${task.group}, priority ${task.priority}, attempt ${task.attempt}`],
    ["submitted", clock(task.createdAt)],
    ["not before", task.notBefore === null ? null : clock(task.notBefore)],
    ["started", task.startedAt === null ? null : clock(task.startedAt)],
    ["ended", task.finishedAt === null ? null : clock(task.finishedAt)],
    ["process", task.pid === null ? null : String(task.pid)],
    ["used", task.startedAt === null ? null : usageText(task)],
    ["cpu", curve.length < 2 ? null : sparkline(thinned(curve, width), width, { look }), "good"],
    [
      "memory",
      memory.length < 2 ? null : sparkline(thinned(memory, width), width, { look, top: steadyTop(memory) }),
      "info",
    ],
    ["needs", task.needs === null ? null : wordsOf(task.needs)],
    ["limits", task.limits === null ? null : wordsOf(task.limits)],
    ["retries", task.retry === null ? null : wordsOf(task.retry)],
    ["after", task.after.length === 0 ? null : task.after.map(({ id, on }) => `${id} (${on})`).join(", ")],
    ["variables", `${environment.names.length}, ${environment.sealed.length} of them sealed`],
  ];
  return facts.flatMap(([name, value, style]) =>
    value === null ? [] : [line(span(`  ${name.padEnd(11)}`, "dim"), span(steadyLine(value), style ?? "plain"))],
  );
}

function stateText({ state, reason }: TaskInfo): string {
  return reason === null || reason === state ? state : `${state}: ${reason}`;
}

function usageText({ usage }: TaskInfo): string {
  const io = usage.readBytes + usage.writeBytes;
  return [
    `${formatDuration(usage.cpuMs)} CPU`,
    `${formatBytes(usage.peakRssBytes)} at most`,
    ...(io > 0 ? [`${formatBytes(usage.readBytes)} read, ${formatBytes(usage.writeBytes)} written`] : []),
    ...(usage.wallMs > 0 ? [`${formatDuration(usage.wallMs)} in all`] : []),
  ].join(", ");
}

/** Rules are small objects; their names are those of the options. */
function wordsOf(rule: object): string {
  return Object.entries(rule)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(", ");
}

function runLines({ got }: TaskData, { look }: PaneRoom): Line[] {
  if (got.runs.length === 0) return [line(span("  No run of it has ended yet", "dim"))];
  const title = `  ${"RUN".padStart(4)}  ${"ENDED".padEnd(19)}  ${"TIME".padStart(8)}  ${"CPU".padStart(8)}  ${"PEAK".padStart(6)}  HOW`;
  return [line(span(title, "dim")), ...got.runs.toReversed().map((run) => runLine(run, look))];
}

function runLine({ attempt, finishedAt, usage, state, outcome }: Run, look: Look): Line {
  const cells = [
    String(attempt).padStart(4),
    clock(finishedAt),
    formatDuration(usage.wallMs).padStart(8),
    formatDuration(usage.cpuMs).padStart(8),
    formatBytes(usage.peakRssBytes).padStart(6),
  ];
  const word = `${look.glyphs.states[state]} ${state}: ${outcomeText(outcome)}`;
  return line(span(`  ${cells.join("  ")}  `), span(steadyLine(word), STATE_STYLE[state]));
}

function treeLines(tasks: readonly TaskInfo[], id: number | undefined, { columns }: PaneRoom): Line[] {
  if (tasks.length <= 1) return [line(span("  It waits for no other task, and none for it", "dim"))];
  const isChosen = (text: string) => new RegExp(String.raw`^[^\d]*${id}\b`).test(text);
  return treeOf(tasks, { width: columns - 2, color: false }).map((text) =>
    line(span("  "), span(fit(text, columns - 2, { mark: "" }), isChosen(text) ? "bold" : "plain")),
  );
}
