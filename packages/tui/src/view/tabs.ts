/** The tabs that hold no tasks: each a title and lines of which one may be chosen. */
import type { Group } from "@claudine/protocol/host";
import type { ScheduleRow } from "../store/ask-daemon.ts";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { eventLine, timeText } from "./event-line.ts";
import { barSpans } from "./header.ts";
import { hostLines } from "./host-tab.ts";
import { fill, fitSpans, line, span, type Line, type Span } from "./line.ts";
import { scrollTo } from "./layout.ts";
import { shortTime } from "./row.ts";
import { fit, steadyLine } from "./text.ts";

export type TabRoom = { rows: number; columns: number; look: Look };

/** The title, then exactly `rows` lines. */
export function tabLines(scene: Scene, room: TabRoom): Line[] {
  return linesOf(scene, room).map((one) => ({
    ...one,
    spans: fitSpans(one.spans, room.columns, room.look.glyphs.ellipsis),
  }));
}

function linesOf(scene: Scene, room: TabRoom): Line[] {
  switch (scene.ui.page) {
    case "groups":
      return chosenOf(scene, room, {
        title: `  ${"GROUP".padEnd(20)} ${"SLOTS".padEnd(16)} ${"USED".padStart(9)} ${"RUNNING".padStart(8)} ${"WAITING".padStart(8)}`,
        count: scene.groups.length,
        at: (index) => groupLine(scene.groups[index], room.look),
        empty: "No groups yet",
      });
    case "schedules":
      return scheduleLines(scene, room);
    case "events":
      return chosenOf(scene, room, {
        title: `${"NUMBER".padStart(8)}  ${"TIME".padEnd(8)}  WHAT`,
        count: scene.events.length,
        at: (index) => newest(scene, index, room.look),
        empty: "Nothing has happened yet",
      });
    case "host":
      return hostLines(scene, room);
    case "list":
    case "log":
    case "help":
    case "output":
      return [];
  }
}

type Listed = { title: string; count: number; at(index: number): Line; empty: string };

function chosenOf({ ui }: Scene, { rows, columns, look }: TabRoom, { title, count, at, empty }: Listed): Line[] {
  const mark = look.glyphs.ellipsis;
  if (count === 0) return padded([line(span(title, "dim")), line(), line(span(`  ${empty}`, "dim"))], rows + 1);
  const cursor = Math.min(ui.tabCursor, count - 1);
  // Keeps some lines around the cursor in sight without remembering where the list stood.
  const offset = scrollTo(Math.max(0, cursor - Math.floor(rows / 2)), cursor, { rows, total: count });
  const shown = Array.from({ length: Math.min(rows, count - offset) }, (_, index) => {
    const one = at(offset + index);
    const selected = offset + index === cursor;
    return selected ? { ...fill(one, columns, mark), selected } : one;
  });
  return padded([line(span(title, "dim")), ...shown], rows + 1);
}

function padded(lines: readonly Line[], count: number): Line[] {
  return [...lines.slice(0, count), ...Array.from({ length: Math.max(0, count - lines.length) }, () => line())];
}

function groupLine(group: Group | undefined, look: Look): Line {
  if (group === undefined) return line();
  const { name, slots, used, running, queued, paused } = group;
  const share = slots > 0 ? used / slots : 0;
  return line(
    span(`  ${fit(steadyLine(name), 20, { mark: look.glyphs.ellipsis })} `, "bold"),
    ...slotBar(share, look),
    span(` ${`${used}/${slots}`.padStart(9)} `),
    span(`${running}`.padStart(8), running > 0 ? "good" : "dim"),
    span(` ${String(queued).padStart(8)}`, queued > 0 ? "info" : "dim"),
    span(paused ? "  paused" : "", "warn"),
  );
}

/** All slots in use is as it should be, so nothing is alarming about it. */
function slotBar(share: number, look: Look): Span[] {
  return barSpans(share, 16, { look }).map((one) => (one.style === "dim" ? one : { ...one, style: "good" }));
}

function newest({ events }: Scene, index: number, look: Look): Line {
  const event = events[events.length - 1 - index];
  return event === undefined ? line() : eventLine(event, { look, withSeq: true });
}

function scheduleLines(scene: Scene, room: TabRoom): Line[] {
  const data = scene.side?.data;
  const known = data?.kind === "schedules" ? data.schedules : undefined;
  const older = data?.kind === "schedules" && known === undefined;
  return chosenOf(scene, room, {
    title: `  ${"SCHEDULE".padEnd(18)} ${"NEXT IN".padStart(8)} ${"AT".padEnd(8)} ${"WHEN".padEnd(18)} ${"LAST".padEnd(12)} COMMAND`,
    count: known?.length ?? 0,
    at: (index) => scheduleLine(known?.[index], scene.now, room.look),
    empty: older ? "The daemon knows no schedules: it is of an older version" : "No schedules",
  });
}

function scheduleLine(row: ScheduleRow | undefined, now: number, look: Look): Line {
  if (row === undefined) return line();
  const mark = look.glyphs.ellipsis;
  const cell = (text: string, width: number) => fit(steadyLine(text), width, { mark });
  const next = row.next === null ? row.state : shortTime(row.next - now);
  const failed = row.last?.state === "failed" || row.last?.state === "timed-out" || row.last?.state === "lost";
  return line(
    span(`  ${cell(row.name, 18)} `, "bold"),
    span(`${next.padStart(8)} `, row.next === null ? "warn" : "info"),
    span(`${(row.next === null ? "" : timeText(row.next)).padEnd(8)} `, "dim"),
    span(`${cell(row.when, 18)} `),
    span(`${cell(row.last?.state ?? "", 12)} `, failed ? "bad" : "dim"),
    span(steadyLine(row.problem ?? row.command), (row.problem ?? null) === null ? "plain" : "bad"),
  );
}
