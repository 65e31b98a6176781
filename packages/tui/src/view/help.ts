/** The help page, made from the table of keys. */
import { KEYS, KILL_MENU, SORT_MENU, type KeySection } from "../keys.ts";
import { STATE_STYLE, STATES, type Look } from "../theme.ts";
import { capText } from "./footer.ts";
import { fitSpans, line, span, spansWidth, type Line, type Span } from "./line.ts";
import { fit } from "./text.ts";

const SECTIONS: readonly KeySection[] = ["Move", "See", "Act on the task", "Groups", "Flight recorder", "Screen"];
const CAP = 7;

/** All lines of the page; in two columns when there is room. Nothing is cut: what is too long goes on below. */
export function helpLines(width: number, look: Look): Line[] {
  const isWide = width >= 130;
  const room = isWide ? Math.floor(width / 2) - 4 : width - 2;
  const blocks = [
    ...SECTIONS.map((section) => sectionLines(section, room, look)),
    menuLines(room, look),
    stateLines(room, look),
    timeLines(room),
  ];
  const lines = isWide ? sideBySide(blocks, Math.floor(width / 2), look) : stacked(blocks);
  return lines.map(({ spans }) => line(span(" "), ...fitSpans(spans, width - 2, look.glyphs.ellipsis)));
}

function sectionLines(section: KeySection, room: number, look: Look): Line[] {
  const rows = KEYS.filter((row) => row.section === section);
  return [
    line(span(section, "bold")),
    ...rows.flatMap(({ cap, help }) => {
      const key = span(`  ${fit(capText(cap, look), CAP, { mark: look.glyphs.ellipsis })}`, "key");
      return hanging({ title: key, pieces: words(help) }, room);
    }),
  ];
}

/** The pieces behind a title, in as many lines as they need, with something between those of one line. */
function hanging({ title, pieces, between = span(" ") }: Hanging, room: number): Line[] {
  const left = spansWidth([title]);
  const lines: Span[][] = [[title]];
  let used = left;
  for (const piece of pieces) {
    const wide = spansWidth([between, ...piece]);
    const isFirst = used === left;
    if (isFirst || used + wide <= room) lines.at(-1)?.push(...(isFirst ? [] : [between]), ...piece);
    else {
      lines.push([span(" ".repeat(left)), ...piece]);
      used = left;
    }
    used += wide;
  }
  return lines.map((spans) => line(...spans));
}

type Hanging = { title: Span; pieces: readonly (readonly Span[])[]; between?: Span };

function words(text: string): Span[][] {
  return text.split(" ").map((word) => [span(word)]);
}

function menuLines(room: number, look: Look): Line[] {
  const pieces = (rows: readonly { key: string; word: string }[]) =>
    rows.map(({ key, word }): Span[] => [span(key, "key"), span(` ${word}`)]);
  const between = span(` ${look.glyphs.dot} `, "dim");
  return [
    line(span("Menus", "bold")),
    ...hanging({ title: span("  kill   ", "dim"), pieces: pieces(KILL_MENU), between }, room),
    ...hanging({ title: span("  sort   ", "dim"), pieces: pieces(SORT_MENU), between }, room),
  ];
}

function stateLines(room: number, look: Look): Line[] {
  const pieces = STATES.map((state) => [
    span(fit(`${look.glyphs.states[state]} ${state}`, 13, { mark: look.glyphs.ellipsis }), STATE_STYLE[state]),
  ]);
  return [line(span("States", "bold")), ...hanging({ title: span("  "), pieces, between: span("") }, room)];
}

const TIMES = [
  ["TIME", "how long it runs or ran; of what waits, its age"],
  ["AGE", "since it was submitted"],
  ["CPU%", "of one core; on average when it has ended"],
  ["MEM", "of all its processes; the most when it has ended"],
] as const;

function timeLines(room: number): Line[] {
  const lines = TIMES.flatMap(([title, text]) =>
    hanging({ title: span(`  ${title.padEnd(CAP)}`, "dim"), pieces: words(text) }, room),
  );
  return [line(span("Columns", "bold")), ...lines];
}

function stacked(blocks: readonly (readonly Line[])[]): Line[] {
  return blocks.flatMap((block) => [line(), ...block]).slice(1);
}

function sideBySide(blocks: readonly (readonly Line[])[], width: number, look: Look): Line[] {
  const half = Math.ceil(blocks.length / 2);
  const [left, right] = [blocks.slice(0, half), blocks.slice(half)].map((side) => stacked(side));
  const count = Math.max(left?.length ?? 0, right?.length ?? 0);
  return Array.from({ length: count }, (_, index) => {
    const spans = fitSpans(left?.[index]?.spans ?? [], width - 2, look.glyphs.ellipsis);
    return line(...spans, span(" ".repeat(Math.max(0, width - spansWidth(spans)))), ...(right?.[index]?.spans ?? []));
  });
}
