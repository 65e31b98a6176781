/** How keys change what is chosen: the page, the order, the tags and what is asked at the foot of the screen. Pure. */
import { SORT_MENU, TABS, type Page, type ViewAction } from "../keys.ts";
import { step, type Surroundings } from "./moving.ts";
import { nextPane } from "./pane-id.ts";
import type { Prompt, UiState } from "./ui-state.ts";

export function reduceUi(ui: UiState, action: ViewAction, around: Surroundings): UiState {
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
    case "sort":
    case "palette":
      return { ...ui, prompt: promptFor(action, ui) };
    case "reverse":
    case "by-group":
    case "columns":
      return { ...ui, ...arranged(action, ui) };
    case "tag":
      return tag(ui, around);
    case "tag-all":
      return { ...ui, tagged: new Set(Array.from({ length: around.total }, (_, index) => around.idAt(index) ?? 0)) };
    case "read":
      return { ...ui, page: "log", under: "log", textTop: 0 };
    case "log":
    case "pane":
    case "follow":
      return { ...ui, ...paneAfter(action, ui, around) };
    case "back":
      return back(ui);
    case "help":
      return ui.page === "help" ? back(ui) : { ...ui, page: "help", textTop: 0 };
  }
}

function promptFor(action: "filter" | "sort" | "palette", { filter }: UiState): Prompt {
  switch (action) {
    case "filter":
      return { kind: "filter", before: filter };
    case "sort":
      return { kind: "sort" };
    case "palette":
      return { kind: "palette", text: "", choice: 0 };
  }
}

function arranged(action: "reverse" | "by-group" | "columns", ui: UiState): Partial<UiState> {
  switch (action) {
    case "reverse":
      return { sort: { ...ui.sort, down: !ui.sort.down } };
    case "by-group":
      return { byGroup: !ui.byGroup };
    case "columns":
      return { columnsTurn: ui.columnsTurn + 1 };
  }
}

function paneAfter(
  action: "log" | "pane" | "follow",
  { pane, paneOpen, logTop }: UiState,
  { log }: Surroundings,
): Partial<UiState> {
  switch (action) {
    case "log":
      return { paneOpen: !paneOpen };
    case "pane":
      return { pane: paneOpen ? nextPane(pane) : pane, paneOpen: true, textTop: 0 };
    case "follow":
      return { logTop: logTop === null ? log.endTop : null };
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
