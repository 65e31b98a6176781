/** The table: column titles, the lines in sight, and what stands there when there are none. */
import type { Scene, TableLine } from "../store/scene.ts";
import type { Heading } from "../store/sections.ts";
import type { Look } from "../theme.ts";
import { MARGIN, placeColumns, type Placing } from "./columns.ts";
import { fitSpans, line, span, spansWidth, type Line, type Span } from "./line.ts";
import { rowLine, type RowFrame } from "./row.ts";
import { fit, steadyLine } from "./text.ts";

/** The titles, then exactly `rows` lines. */
export function tableLines(scene: Scene, { rows, width }: { rows: number; width: number }, look: Look): Line[] {
  const placing = placeColumns(width, { uses: scene.uses, idDigits: scene.idDigits, turn: scene.ui.columnsTurn });
  const frame = { columns: placing.columns, width, look, now: scene.now };
  const lines = scene.lines.map((one, index) => tableLine(one, frame, index === scene.cursorRow));
  const shown = lines.length > 0 ? lines : emptyLines(scene, look);
  const blank = Array.from({ length: Math.max(0, rows - shown.length) }, () => line());
  return [titleLine(placing, { scene, width, look }), ...shown.slice(0, rows), ...blank];
}

function tableLine(one: TableLine, frame: RowFrame, selected: boolean): Line {
  return one.kind === "task" ? rowLine(one.facts, frame, selected) : headingLine(one.heading, frame);
}

/** `── running 3 ─────────`. */
function headingLine({ title, count, style }: Heading, { width, look }: RowFrame): Line {
  const { rule } = look.glyphs;
  const words = fit(steadyLine(title), Math.min(title.length, width - 16), { mark: look.glyphs.ellipsis });
  const left = [span(`${rule}${rule} `, "dim"), span(words, style), span(` ${count} `, "dim")];
  const used = left.reduce((sum, { text }) => sum + text.length, 0);
  return line(...left, span(rule.repeat(Math.max(0, width - used)), "dim"));
}

type TitleFrame = { scene: Scene; width: number; look: Look };

function titleLine({ columns, others }: Placing, { scene: { ui }, width, look }: TitleFrame): Line {
  const { ellipsis, up, down } = look.glyphs;
  const spans: Span[] = columns.flatMap((column, index) => {
    const sorted = column.id === ui.sort.by;
    const title = sorted ? `${column.title}${ui.sort.down ? down : up}` : column.title;
    return [
      span(" ".repeat(index === 0 ? MARGIN : column.gap)),
      span(fit(title, column.width, { align: column.align, mark: ellipsis }), sorted ? "bold" : "dim"),
    ];
  });
  const more = [span(" "), span("o", "key"), span(` ${others} more`, "dim")];
  const room = width - spansWidth(more);
  const titles = spans.map(({ text }) => text).join("");
  if (others === 0 || titles.slice(room).trim() !== "") return line(...spans);
  return line(...fitSpans([...spans, span(" ".repeat(width))], room, ""), ...more);
}

function emptyLines({ loaded, total, recorder }: Scene, look: Look): Line[] {
  if (!loaded) return [line(), line(span(look.ascii ? "  Reading the tasks ..." : "  Reading the tasks …", "dim"))];
  if (total > 0)
    return [line(), line(span("  No task fits the filter. "), span("Esc", "key"), span(" clears it.", "dim"))];
  if (recorder !== null) return [line(), line(span("  There were no tasks then", "dim"))];
  return [line(), line(span("  No tasks yet: "), span("claudine submit -- make", "bold"))];
}
