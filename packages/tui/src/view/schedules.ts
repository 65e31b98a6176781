/** The table of schedules: the time left to each, when it is due, and how the last time went. */
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import { formatDuration } from "@claudine/protocol/units";
import type { Scene } from "../store/scene.ts";
import { STATE_STYLE, type Look, type StyleName } from "../theme.ts";
import { fitSpans, line, span, type Line, type Span } from "./line.ts";
import { fit, steadyLine } from "./text.ts";

const WIDTHS = { name: 18, left: 8, when: 18, last: 9 } as const;
const GAP = "  ";

/** The titles, then exactly `rows` lines. */
export function scheduleLines(scene: Scene, rows: number, look: Look): Line[] {
  const { schedules, ui, now, size } = scene;
  const shown = (schedules ?? []).slice(ui.schedulesTop, ui.schedulesTop + rows);
  const lines = shown.map((one) => rowOf(one, { now, width: size.columns, look }));
  const filled = lines.length > 0 ? lines : emptyLines(schedules, look);
  const blank = Array.from({ length: Math.max(0, rows - filled.length) }, () => line());
  return [titles(size.columns, look), ...filled.slice(0, rows), ...blank];
}

type Frame = { now: number; width: number; look: Look };

function titles(width: number, look: Look): Line {
  return cells(
    { name: "NAME", left: "IN", when: "WHEN", last: "LAST", command: "COMMAND" },
    { width, look, style: "dim" },
  );
}

function rowOf(schedule: ScheduleInfo, { now, width, look }: Frame): Line {
  const { name, when, last, command } = schedule;
  const ended = last === null ? "" : last.skipped === null ? (last.state ?? "not ended") : "skipped";
  const style = last?.state === null || last?.state === undefined ? "dim" : STATE_STYLE[last.state];
  const words = {
    name: steadyLine(name),
    left: leftOf(schedule, now),
    when,
    last: ended,
    command: steadyLine(command),
  };
  return cells(words, { width, look, style: "plain", lastStyle: style });
}

/** The time left, or why nothing is due. */
function leftOf({ next, state }: ScheduleInfo, now: number): string {
  return next === null ? state : formatDuration(Math.ceil(Math.max(0, next - now) / 1000) * 1000).replace(/\.0s$/, "s");
}

type Words = { name: string; left: string; when: string; last: string; command: string };

type CellFrame = Omit<Frame, "now"> & { style: StyleName; lastStyle?: StyleName };

function cells({ name, left, when, last, command }: Words, { width, look, style, lastStyle = style }: CellFrame): Line {
  const mark = look.glyphs.ellipsis;
  const cell = (text: string, columns: number, own: StyleName): Span[] => [
    span(GAP),
    span(fit(text, columns, { mark }), own),
  ];
  const rest = width - Object.values(WIDTHS).reduce((sum, one) => sum + one + GAP.length, 0) - GAP.length - 1;
  const spans = [
    ...cell(name, WIDTHS.name, style),
    span(GAP),
    span(fit(left, WIDTHS.left, { align: "right", mark }), style),
    ...cell(when, WIDTHS.when, style),
    ...cell(last, WIDTHS.last, lastStyle),
    ...(rest >= 8 ? cell(command, rest, style) : []),
  ];
  return line(...fitSpans(spans, width, mark));
}

function emptyLines(schedules: readonly ScheduleInfo[] | null, look: Look): Line[] {
  if (schedules === null)
    return [line(), line(span(look.ascii ? "  Reading the schedules ..." : "  Reading the schedules …", "dim"))];
  return [line(), line(span("  No schedules yet: "), span("claudine schedule add --help", "bold"))];
}
