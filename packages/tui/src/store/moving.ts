/** Moves over what a page shows: the cursor of a table, or the first line of a text or log. Pure. */
import type { Step } from "../keys.ts";
import type { UiState } from "./ui-state.ts";

/** What moving needs to know of the data. */
export type Surroundings = {
  total: number;
  idAt(index: number): number | undefined;
  tableRows: number;
  /** `endTop` is the first line shown when the last one is at the foot. */
  log: { first: number; endTop: number; rows: number };
  /** How much text there is to scroll, and how much of it is seen. */
  text: { lines: number; rows: number };
  /** Rows of the tab. */
  tabRows: number;
};

/** What a step moves depends on the page: a cursor, or what is scrolled. */
export function step(ui: UiState, way: Step, around: Surroundings): UiState {
  switch (ui.page) {
    case "list":
      return moveCursor(ui, way, around);
    case "log":
      return ui.pane === "log" ? scrollLog(ui, way, around.log) : scrollText(ui, way, around.text);
    case "help":
    case "output":
    case "host":
      return scrollText(ui, way, around.text);
    case "groups":
    case "schedules":
    case "events": {
      const last = Math.max(0, around.tabRows - 1);
      const tabCursor = ui.tabCursor + distance(way, around.tableRows, around.tabRows);
      return { ...ui, tabCursor: Math.max(0, Math.min(tabCursor, last)), tabGroup: null };
    }
  }
}

function scrollText(ui: UiState, way: Step, { lines, rows }: Surroundings["text"]): UiState {
  const textTop = ui.textTop + distance(way, rows, lines);
  return { ...ui, textTop: Math.max(0, Math.min(textTop, lines - rows)) };
}

function moveCursor(ui: UiState, way: Step, { total, tableRows, idAt }: Surroundings): UiState {
  if (way === "top" || total === 0) return { ...ui, selected: null, cursor: 0 };
  const cursor = Math.max(0, Math.min(total - 1, ui.cursor + distance(way, tableRows, total)));
  return { ...ui, cursor, selected: idAt(cursor) ?? null };
}

/** At the end it follows again. */
function scrollLog(ui: UiState, way: Step, { first, endTop, rows }: Surroundings["log"]): UiState {
  const top = (ui.logTop ?? endTop) + distance(way, rows, endTop - first);
  return { ...ui, logTop: top >= endTop ? null : Math.max(top, first) };
}

function distance(way: Step, page: number, all: number): number {
  switch (way) {
    case "up":
      return -1;
    case "down":
      return 1;
    case "page-up":
      return -Math.max(1, page - 1);
    case "page-down":
      return Math.max(1, page - 1);
    case "top":
      return -all;
    case "bottom":
      return all;
  }
}
