/** The help page, made from the table of keys. */
import { KEYS, KILL_MENU, SORT_MENU, type KeySection } from "../keys.ts";
import { STATE_STYLE, STATES, type Look } from "../theme.ts";
import { capText } from "./footer.ts";
import { fitSpans, line, span, spansWidth, type Line } from "./line.ts";
import type { Size } from "./layout.ts";
import { fit } from "./text.ts";

/** How much there is to scroll. */
export function helpRoom({ columns, rows }: Size, look: Look): { lines: number; rows: number } {
  return { lines: helpLines(columns, look).length, rows: Math.max(1, rows - 1 - HELP_FRAME) };
}

/** The title and the footer. */
export const HELP_FRAME = 2;
const SECTIONS: readonly KeySection[] = ["Move", "See", "Act on the task", "Groups", "Flight recorder", "Screen"];
const CAP = 7;

/** All lines of the page; in two columns when there is room. */
export function helpLines(width: number, look: Look): Line[] {
  const blocks = [
    ...SECTIONS.map((section) => sectionLines(section, look)),
    menuLines(look),
    stateLines(look),
    timeLines(),
  ];
  const single = blocks.flatMap((block) => [line(), ...block]).slice(1);
  const lines = width < 130 ? single : sideBySide(blocks, Math.floor(width / 2), look);
  return lines.map(({ spans }) => line(span(" "), ...fitSpans(spans, width - 2, look.glyphs.ellipsis)));
}

function sectionLines(section: KeySection, look: Look): Line[] {
  const rows = KEYS.filter((row) => row.section === section);
  return [
    line(span(section, "bold")),
    ...rows.map(({ cap, help }) =>
      line(span(`  ${fit(capText(cap, look), CAP, { mark: look.glyphs.ellipsis })}`, "key"), span(help)),
    ),
  ];
}

function menuLines(look: Look): Line[] {
  const join = (rows: readonly { key: string; word: string }[]) =>
    rows.flatMap(({ key, word }, index) => [
      span(index === 0 ? "" : ` ${look.glyphs.dot} `, "dim"),
      span(key, "key"),
      span(` ${word}`),
    ]);
  return [
    line(span("Menus", "bold")),
    line(span("  kill   ", "dim"), ...join(KILL_MENU)),
    line(span("  sort   ", "dim"), ...join(SORT_MENU)),
  ];
}

function stateLines(look: Look): Line[] {
  const spans = STATES.map((state) =>
    span(fit(`${look.glyphs.states[state]} ${state}`, 13, { mark: look.glyphs.ellipsis }), STATE_STYLE[state]),
  );
  return [line(span("States", "bold")), line(span("  "), ...spans.slice(0, 5)), line(span("  "), ...spans.slice(5))];
}

function timeLines(): Line[] {
  return [
    line(span("Times", "bold")),
    line(span("  TIME   ", "dim"), span("how long it runs or ran; of what waits, its age")),
    line(span("  AGE    ", "dim"), span("since it was submitted; from 120 columns on")),
  ];
}

function sideBySide(blocks: readonly (readonly Line[])[], width: number, look: Look): Line[] {
  const half = Math.ceil(blocks.length / 2);
  const [left, right] = [blocks.slice(0, half), blocks.slice(half)].map((side) =>
    side.flatMap((block) => [line(), ...block]).slice(1),
  );
  const count = Math.max(left?.length ?? 0, right?.length ?? 0);
  return Array.from({ length: count }, (_, index) => {
    const spans = fitSpans(left?.[index]?.spans ?? [], width - 2, look.glyphs.ellipsis);
    return line(...spans, span(" ".repeat(Math.max(0, width - spansWidth(spans)))), ...(right?.[index]?.spans ?? []));
  });
}
