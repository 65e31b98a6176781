/** The tabs that hold no tasks: each a title and lines of which one may be chosen. */
import type { Group } from "@claudine/protocol/host";
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { eventLine } from "./event-line.ts";
import { barSpans } from "./header.ts";
import { hostLines } from "./host-tab.ts";
import { fill, fitSpans, line, span, type Line, type Span } from "./line.ts";
import { scrollTo } from "./layout.ts";
import { noSchedules, scheduleNotes, scheduleRow, scheduleTitles } from "./schedules.ts";
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
        title: line(
          span(
            `  ${"GROUP".padEnd(20)} ${"SLOTS".padEnd(16)} ${"USED".padStart(9)} ${"RUNNING".padStart(8)} ${"WAITING".padStart(8)}`,
            "dim",
          ),
        ),
        count: scene.groups.length,
        at: (index) => groupLine(scene.groups[index], room.look),
        empty: "No groups yet",
      });
    case "schedules":
      return schedulesTab(scene, room);
    case "events":
      return chosenOf(scene, room, {
        title: line(span(`${"NUMBER".padStart(8)}  ${"TIME".padEnd(8)}  WHAT`, "dim")),
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

type Listed = { title: Line; count: number; at(index: number): Line; empty: string };

function chosenOf({ ui }: Scene, { rows, columns, look }: TabRoom, { title, count, at, empty }: Listed): Line[] {
  const mark = look.glyphs.ellipsis;
  if (count === 0) return padded([title, line(), line(span(`  ${steadyLine(empty)}`, "dim"))], rows + 1);
  const cursor = Math.min(ui.tabCursor, count - 1);
  // Keeps some lines around the cursor in sight without remembering where the list stood.
  const offset = scrollTo(Math.max(0, cursor - Math.floor(rows / 2)), cursor, { rows, total: count });
  const shown = Array.from({ length: Math.min(rows, count - offset) }, (_, index) => {
    const one = at(offset + index);
    const selected = offset + index === cursor;
    return selected ? { ...fill(one, columns, mark), selected } : one;
  });
  return padded([title, ...shown], rows + 1);
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

function schedulesTab(scene: Scene, room: TabRoom): Line[] {
  const data = scene.side?.data;
  const read = data?.kind === "schedules" ? data : null;
  const schedules = read?.schedules ?? null;
  const notes = read === null ? [] : scheduleNotes(read);
  const shown = schedules?.length ?? 0;
  const frame = { now: scene.now, width: room.columns, look: room.look };
  return chosenOf(scene, room, {
    title: scheduleTitles(frame),
    count: shown + notes.length,
    at: (index) =>
      index < shown ? scheduleRow(schedules?.[index], frame) : line(span(`  ${notes[index - shown]}`, "dim")),
    empty: scene.side?.problem ?? noSchedules(schedules, room.look),
  });
}
