/** What the person at the screen has chosen, and how keys change it. Pure. */
import { SORT_MENU, TABS, type Action, type Page, type Step } from "../keys.ts";
import type { Sort } from "./order.ts";
import { nextPane, type PaneId } from "./pane-id.ts";

/** A question or an input at the foot of the screen; it gets the keys first. */
export type Prompt =
  | { kind: "filter"; before: string }
  | { kind: "sort" }
  | { kind: "kill"; ids: readonly number[] }
  | { kind: "cancel"; ids: readonly number[] }
  /** Ended ones are continued, to others it is sent. */
  | { kind: "say"; to: "ended" | "unfinished"; ids: readonly number[]; text: string }
  | { kind: "palette"; text: string; choice: number };

export type UiState = {
  page: Page;
  /** The page below the help and below what a verb printed. */
  under: Exclude<Page, "help" | "output">;
  prompt: Prompt | null;
  /** Null stays at the top, with whatever task is there. */
  selected: number | null;
  /** Where the chosen task was last seen, for when it goes away. */
  cursor: number;
  /** First line of the table that is shown. */
  offset: number;
  filter: string;
  /** Only this group. */
  group: string | null;
  sort: Sort;
  byGroup: boolean;
  /** How often the columns that had no room were asked for. */
  columnsTurn: number;
  tagged: ReadonlySet<number>;
  pane: PaneId;
  paneOpen: boolean;
  /** Number of the first log line shown; null follows the end. */
  logTop: number | null;
  /** First line shown of what is no log: the help, a pane on the whole page, what a verb printed. */
  textTop: number;
  /** The row chosen on the tabs that are no tasks. */
  tabCursor: number;
  /** The group on that row, which the cursor stays with when others come and go. */
  tabGroup: string | null;
  /** Shows the past. */
  recorder: boolean;
  readOnly: boolean;
};

export const FIRST_UI: UiState = {
  page: "list",
  under: "list",
  prompt: null,
  selected: null,
  cursor: 0,
  offset: 0,
  filter: "",
  group: null,
  sort: { by: "attention", down: false },
  byGroup: false,
  columnsTurn: 0,
  tagged: new Set(),
  pane: "log",
  paneOpen: true,
  logTop: null,
  textTop: 0,
  tabCursor: 0,
  tabGroup: null,
  recorder: false,
  readOnly: false,
};

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

/** How a key that only moves or switches changes the state. */
export function reduceUi(ui: UiState, action: Action, around: Surroundings): UiState {
  switch (action) {
    case "up":
    case "down":
    case "page-up":
    case "page-down":
    case "top":
    case "bottom":
      return step(ui, action, around);
    case "tab-tasks":
    case "tab-groups":
    case "tab-schedules":
    case "tab-host":
    case "tab-events":
      return openTab(ui, TABS.find((tab) => tab.action === action)?.page ?? "list");
    case "filter":
      return { ...ui, prompt: { kind: "filter", before: ui.filter } };
    case "sort":
      return { ...ui, prompt: { kind: "sort" } };
    case "palette":
      return { ...ui, prompt: { kind: "palette", text: "", choice: 0 } };
    case "reverse":
      return { ...ui, sort: { ...ui.sort, down: !ui.sort.down } };
    case "by-group":
      return { ...ui, byGroup: !ui.byGroup };
    case "columns":
      return { ...ui, columnsTurn: ui.columnsTurn + 1 };
    case "tag":
      return tag(ui, around);
    case "tag-all":
      return { ...ui, tagged: new Set(Array.from({ length: around.total }, (_, index) => around.idAt(index) ?? 0)) };
    case "log":
      return { ...ui, paneOpen: !ui.paneOpen };
    case "pane":
      return { ...ui, pane: ui.paneOpen ? nextPane(ui.pane) : ui.pane, paneOpen: true, textTop: 0 };
    case "read":
      return { ...ui, page: "log", under: "log", textTop: 0 };
    case "follow":
      return { ...ui, logTop: ui.logTop === null ? around.log.endTop : null };
    case "back":
      return back(ui);
    case "help":
      return ui.page === "help" ? back(ui) : { ...ui, page: "help", textTop: 0 };
    case "kill":
    case "cancel":
    case "pause":
    case "retry":
    case "hold":
    case "raise":
    case "lower":
    case "remove":
    case "continue":
    case "undo":
    case "edit":
    case "seen":
    case "all-seen":
    case "play":
    case "back-10s":
    case "on-10s":
    case "back-1m":
    case "on-1m":
    case "slower":
    case "faster":
    case "quit":
    case "interrupt":
    case "suspend":
    case "redraw":
      return ui;
  }
}

function openTab(ui: UiState, page: Page): UiState {
  if (page === "help" || page === "output") return ui;
  const tab = page === ui.page ? {} : { tabCursor: 0, tabGroup: null };
  return { ...ui, page, under: page, textTop: 0, ...tab };
}

/** Moves on, so that several in a row are tagged by one key. */
function tag(ui: UiState, { total, idAt }: Surroundings): UiState {
  const id = idAt(ui.cursor);
  if (id === undefined) return ui;
  const tagged = new Set(ui.tagged);
  if (!tagged.delete(id)) tagged.add(id);
  const cursor = Math.min(total - 1, ui.cursor + 1);
  return { ...ui, tagged, cursor, selected: idAt(cursor) ?? null };
}

/** From the help to where one came from, from the pane to the list; on the list the tags go, then the filter. */
function back(ui: UiState): UiState {
  switch (ui.page) {
    case "help":
    case "output":
      return { ...ui, page: ui.under, textTop: 0 };
    case "log":
      return { ...ui, page: "list", under: "list", logTop: null, textTop: 0 };
    case "groups":
    case "schedules":
    case "host":
    case "events":
      return openTab(ui, "list");
    case "list":
      if (ui.tagged.size > 0) return { ...ui, tagged: new Set() };
      return ui.filter === "" ? { ...ui, group: null } : { ...ui, filter: "" };
  }
}

/** A letter of the sort menu; the one that is on turns round. */
export function chooseSort(ui: UiState, key: string): UiState {
  const row = SORT_MENU.find((one) => one.key === key);
  if (row === undefined) return { ...ui, prompt: null };
  const down = row.sort === ui.sort.by ? !ui.sort.down : row.down;
  return { ...ui, prompt: null, sort: { by: row.sort, down } };
}

function step(ui: UiState, way: Step, around: Surroundings): UiState {
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
