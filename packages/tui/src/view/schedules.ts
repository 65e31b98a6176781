/** The rows of the schedules: the time left to each, when it is due, and how the last time went. */
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import { formatDuration } from "@claudine/protocol/units";
import { STATE_STYLE, type Look, type StyleName } from "../theme.ts";
import { fitSpans, line, span, type Line, type Span } from "./line.ts";
import { fit, steadyLine } from "./text.ts";

const WIDTHS = { name: 18, left: 8, when: 18, last: 9 } as const;
const GAP = "  ";

type Frame = { now: number; width: number; look: Look };

export function scheduleTitles({ width, look }: Frame): Line {
  return cells(
    { name: "NAME", left: "IN", when: "WHEN", last: "LAST", command: "COMMAND" },
    { width, look, style: "dim" },
  );
}

export function scheduleRow(schedule: ScheduleInfo | undefined, { now, width, look }: Frame): Line {
  if (schedule === undefined) return line();
  const { name, when, last, command, problem } = schedule;
  const ended = last === null ? "" : last.skipped === null ? (last.state ?? "not ended") : "skipped";
  const style = last?.state === null || last?.state === undefined ? "dim" : STATE_STYLE[last.state];
  const words = {
    name: steadyLine(name),
    left: leftOf(schedule, now),
    when,
    last: ended,
    command: steadyLine(problem ?? command),
  };
  const commandStyle = problem === null ? "plain" : "bad";
  return cells(words, { width, look, style: "plain", lastStyle: style, commandStyle });
}

/** The time left, or why nothing is due. */
function leftOf({ next, state }: ScheduleInfo, now: number): string {
  return next === null ? state : formatDuration(Math.ceil(Math.max(0, next - now) / 1000) * 1000).replace(/\.0s$/, "s");
}

type Words = { name: string; left: string; when: string; last: string; command: string };

type CellFrame = Omit<Frame, "now"> & { style: StyleName; lastStyle?: StyleName; commandStyle?: StyleName };

function cells({ name, left, when, last, command }: Words, frame: CellFrame): Line {
  const { width, look, style, lastStyle = style, commandStyle = style } = frame;
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
    ...(rest >= 8 ? cell(command, rest, commandStyle) : []),
  ];
  return line(...fitSpans(spans, width, mark));
}

type Read = { schedules: readonly ScheduleInfo[]; total: number; unread: readonly string[] };

/** Below the rows: what is not among them. */
export function scheduleNotes({ schedules, total, unread }: Read): string[] {
  const more = total - schedules.length;
  return [
    ...(more > 0 ? [`and ${more} more, due later: claudine schedule list shows all ${total}`] : []),
    ...unread.map((name) => `${steadyLine(name)}: it is not understood and never due; claudine doctor says why`),
  ];
}

/** Instead of rows. */
export function noSchedules(schedules: readonly ScheduleInfo[] | null, look: Look): string {
  if (schedules === null) return look.ascii ? "Reading the schedules ..." : "Reading the schedules …";
  return "No schedules yet: claudine schedule add --help";
}
