/** What the person at the screen has chosen, and how keys change it. Pure. */
import { SORT_MENU, type Action, type Page } from "../keys.ts";
import type { Sort } from "./order.ts";

/** A question or an input at the foot of the screen; it gets the keys first. */
export type Prompt =
  | { kind: "filter"; before: string }
  | { kind: "sort" }
  | { kind: "kill"; id: number }
  | { kind: "cancel"; id: number };

export type UiState = {
  page: Page;
  /** The page below the help. */
  under: Exclude<Page, "help">;
  prompt: Prompt | null;
  /** Null stays at the top, with whatever task is there. */
  selected: number | null;
  /** Where the chosen task was last seen, for when it goes away. */
  cursor: number;
  /** First row of the table that is shown. */
  offset: number;
  filter: string;
  sort: Sort;
  logOpen: boolean;
  /** Number of the first log line shown; null follows the end. */
  logTop: number | null;
  helpTop: number;
  /** First schedule that is shown. */
  schedulesTop: number;
};

export const FIRST_UI: UiState = {
  page: "list",
  under: "list",
  prompt: null,
  selected: null,
  cursor: 0,
  offset: 0,
  filter: "",
  sort: { by: "attention", down: false },
  logOpen: true,
  logTop: null,
  helpTop: 0,
  schedulesTop: 0,
};

/** What moving needs to know of the data. */
export type Surroundings = {
  total: number;
  idAt(index: number): number | undefined;
  tableRows: number;
  /** `endTop` is the first line shown when the last one is at the foot. */
  log: { first: number; endTop: number; rows: number };
  helpRoom: { lines: number; rows: number };
  schedules: { lines: number; rows: number };
};

type Step = "up" | "down" | "page-up" | "page-down" | "top" | "bottom";

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
    case "filter":
      return { ...ui, prompt: { kind: "filter", before: ui.filter } };
    case "sort":
      return { ...ui, prompt: { kind: "sort" } };
    case "reverse":
      return { ...ui, sort: { ...ui.sort, down: !ui.sort.down } };
    case "log":
      return { ...ui, logOpen: !ui.logOpen };
    case "read":
      return { ...ui, page: "log", under: "log" };
    case "follow":
      return { ...ui, logTop: ui.logTop === null ? around.log.endTop : null };
    case "schedules":
      return ui.page === "schedules" ? back(ui) : { ...ui, page: "schedules", under: "schedules", schedulesTop: 0 };
    case "back":
      return back(ui);
    case "help":
      return ui.page === "help" ? back(ui) : { ...ui, page: "help", helpTop: 0 };
    case "kill":
    case "cancel":
    case "pause":
    case "retry":
    case "hold":
    case "quit":
    case "interrupt":
    case "suspend":
    case "redraw":
      return ui;
  }
}

/** From the help to where one came from, from the log to the list; on the list the filter goes. */
function back(ui: UiState): UiState {
  if (ui.page === "help") return { ...ui, page: ui.under };
  if (ui.page === "log" || ui.page === "schedules") return { ...ui, page: "list", under: "list", logTop: null };
  return { ...ui, filter: "" };
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
      return scrollLog(ui, way, around.log);
    case "schedules":
      return { ...ui, schedulesTop: scrolled(ui.schedulesTop, way, around.schedules) };
    case "help":
      return { ...ui, helpTop: scrolled(ui.helpTop, way, around.helpRoom) };
  }
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

function scrolled(top: number, way: Step, { lines, rows }: { lines: number; rows: number }): number {
  return Math.max(0, Math.min(top + distance(way, rows, lines), lines - rows));
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
