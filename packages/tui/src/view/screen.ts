/** The whole screen as lines, always one less than the terminal has rows. Pure: `top`, `top --plain` and the tests draw the same. */
import type { Scene } from "../store/scene.ts";
import type { Look } from "../theme.ts";
import { footerLine, suggestionLines } from "./footer.ts";
import { countsLine, flowLine, hostLine, scrubberLine } from "./header.ts";
import { isTooSmall, listLayout, logLayout, SMALLEST, type Layout, type Size } from "./layout.ts";
import { beside, line, span, type Line } from "./line.ts";
import { logLines, titleRule } from "./log-pane.ts";
import { logInstead, logTitle } from "./log-title.ts";
import { paneText } from "./pane.ts";
import { tableLines } from "./table.ts";
import { tabLines } from "./tabs.ts";
import { tabsLine } from "./tabs-line.ts";
import { cut } from "./text.ts";
import { textLines, textRoom } from "./text-room.ts";

/** Rows of the palette. */
const SUGGESTIONS = 10;

export function screenLines(scene: Scene, look: Look): Line[] {
  if (isTooSmall(scene.size)) return smallLines(scene.size);
  const frame = { width: scene.size.columns, look };
  const lines = [...pageLines(scene, look), footerLine(scene, frame)];
  const over = suggestionLines(scene, Math.min(SUGGESTIONS, lines.length - 4), frame);
  return over.length === 0 ? lines : [...lines.slice(0, -1 - over.length), ...over, ...lines.slice(-1)];
}

function pageLines(scene: Scene, look: Look): Line[] {
  switch (scene.ui.page) {
    case "list":
      return listPage(scene, look);
    case "log":
      return [...headerLines(scene, logLayout(scene.size, scene.ui), look), ...wholePane(scene, look)];
    case "help":
      return helpPage(scene, look);
    case "output":
      return [...headerLines(scene, logLayout(scene.size, scene.ui), look), ...outputPage(scene, look)];
    case "groups":
    case "schedules":
    case "host":
    case "events": {
      const layout = logLayout(scene.size, scene.ui);
      const room = { rows: layout.logRows, columns: scene.size.columns, look };
      return [...headerLines(scene, layout, look), ...tabLines(scene, room)];
    }
  }
}

function headerLines(scene: Scene, { headerRows }: Layout, look: Look): Line[] {
  const frame = { width: scene.size.columns, look };
  const scrubber = scene.recorder === null || headerRows < 2 ? [] : [scrubberLine(scene.recorder, frame)];
  const all = [
    countsLine(scene.counts, scene.groups, frame),
    hostLine(scene.host, frame, scene.limits),
    flowLine(scene, frame),
  ];
  return [...all.slice(0, headerRows - scrubber.length), ...scrubber, tabsLine(scene, frame)];
}

function listPage(scene: Scene, look: Look): Line[] {
  const layout = listLayout(scene.size, scene.ui);
  const header = headerLines(scene, layout, look);
  const table = tableLines(scene, { rows: layout.tableRows, width: layout.tableColumns }, look);
  if (layout.logRows === 0) return [...header, ...table];
  const pane = paneLines(scene, { rows: layout.logRows, columns: layout.paneColumns, look });
  if (!layout.beside) return [...header, ...table, ...pane];
  const joined = table.map((left, index) => beside(left, pane[index] ?? line(), { width: layout.tableColumns, look }));
  return [...header, ...joined];
}

type Room = { rows: number; columns: number; look: Look };

/** The title, then exactly `rows` lines. */
function paneLines(scene: Scene, { rows, columns, look }: Room): Line[] {
  const title = logTitle(scene, { width: columns, look });
  if (scene.ui.pane !== "log") return [title, ...sized(paneText(scene, { columns, look }), rows)];
  const instead = logInstead(scene);
  if (instead !== undefined || scene.log === null) return [title, ...sized([instead ?? line()], rows)];
  return [
    title,
    ...logLines(scene.log.buffer, scene.ui.logTop, { rows, columns, wrap: scene.ui.page === "log", look }),
  ];
}

function wholePane(scene: Scene, look: Look): Line[] {
  const { logRows } = logLayout(scene.size, scene.ui);
  const columns = scene.size.columns;
  if (scene.ui.pane === "log") return paneLines(scene, { rows: logRows, columns, look });
  return [logTitle(scene, { width: columns, look }), ...seenText(scene, look)];
}

function helpPage(scene: Scene, look: Look): Line[] {
  const { lines, rows } = textRoom(scene, look);
  const more = lines > rows ? [span("more below and above: ", "dim"), span(look.ascii ? "j k" : "↑ ↓", "key")] : [];
  const title = titleRule([span("claudine top: keys", "bold")], more, { width: scene.size.columns, look });
  return [title, ...seenText(scene, look)];
}

function outputPage(scene: Scene, look: Look): Line[] {
  const { output } = scene;
  const end = output?.status === "running" ? "runs, Esc ends it" : `exit code ${output?.code ?? 0}`;
  const left = [span(`claudine ${output?.title ?? ""}`, "bold")];
  const title = titleRule(left, [span(end, "dim")], { width: scene.size.columns, look });
  return [title, ...seenText(scene, look)];
}

function seenText(scene: Scene, look: Look): Line[] {
  const { rows } = textRoom(scene, look);
  const { textTop } = scene.ui;
  return sized(textLines(scene, look).slice(textTop, textTop + rows), rows);
}

function sized(lines: readonly Line[], rows: number): Line[] {
  return [...lines.slice(0, rows), ...Array.from({ length: Math.max(0, rows - lines.length) }, () => line())];
}

/** Says that the terminal is too small, in whatever room there is. */
function smallLines({ columns, rows }: Size): Line[] {
  const height = Math.max(1, rows - 1);
  const words = [`Too small: ${columns}x${rows}`, `needs ${SMALLEST.columns}x${SMALLEST.rows}`, "q quits"];
  return Array.from({ length: height }, (_, index) => line(span(cut(words[index] ?? "", columns, ""))));
}
