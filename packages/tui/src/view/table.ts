/** The table: column titles, the rows in sight, and what stands there when there are none. */
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { gapOf, MARGIN, placeColumns, type PlacedColumn } from "./columns.ts";
import { line, span, type Line, type Span } from "./line.ts";
import { rowLine } from "./row.ts";
import { fit } from "./text.ts";

/** The titles, then exactly `rows` lines. */
export function tableLines(scene: Scene, rows: number, look: Look): Line[] {
  const width = scene.size.columns;
  const columns = placeColumns(width, scene);
  const frame = { columns, width, look, now: scene.now };
  const lines = scene.rows.map((facts, index) => rowLine(facts, frame, index === scene.cursorRow));
  const shown = lines.length > 0 ? lines : emptyLines(scene, look);
  const blank = Array.from({ length: Math.max(0, rows - shown.length) }, () => line());
  return [titleLine(columns, scene, look), ...shown.slice(0, rows), ...blank];
}

function titleLine(columns: readonly PlacedColumn[], { ui, size }: Scene, look: Look): Line {
  const { ellipsis, up, down } = look.glyphs;
  const gap = " ".repeat(gapOf(size.columns));
  const spans: Span[] = columns.flatMap((column, index) => {
    const sorted = column.id === ui.sort.by;
    const title = sorted ? `${column.title}${ui.sort.down ? down : up}` : column.title;
    return [
      span(index === 0 ? " ".repeat(MARGIN) : gap),
      span(fit(title, column.width, { align: column.align, mark: ellipsis }), sorted ? "bold" : "dim"),
    ];
  });
  return line(...spans);
}

function emptyLines({ loaded, total }: Scene, look: Look): Line[] {
  if (!loaded) return [line(), line(span(look.ascii ? "  Reading the tasks ..." : "  Reading the tasks …", "dim"))];
  if (total > 0)
    return [line(), line(span("  No task fits the filter. "), span("Esc", "key"), span(" clears it.", "dim"))];
  return [line(), line(span("  No tasks yet: "), span("claudine submit -- make", "bold"))];
}
