/** Puts model and choices together into the scene: where the cursor is, which rows are seen. Pure. */
import { logLayout, listLayout, scrollTo, type Layout, type Size } from "../view/layout.ts";
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import type { Notice } from "../view/footer.ts";
import type { LogState } from "./log-follower.ts";
import type { Model } from "./model.ts";
import { countsOf, factsOf, type Connection, type Scene } from "./scene.ts";
import type { UiState } from "./ui-state.ts";

export type Parts = {
  model: Model;
  ui: UiState;
  size: Size;
  now: number;
  connection: Connection;
  log: LogState | null;
  schedules: readonly ScheduleInfo[] | null;
  notice: Notice | null;
};

export function layoutOf(ui: UiState, size: Size): Layout {
  return ui.page === "log" ? logLayout(size) : listLayout(size, ui.logOpen);
}

/** Finds the chosen task again after things moved; one that is gone leaves the cursor where it was. */
export function settle(ui: UiState, { entries }: Model, size: Size): UiState {
  const rows = listLayout(size, ui.logOpen).tableRows;
  const found = ui.selected === null ? 0 : entries.findIndex(({ task }) => task.id === ui.selected);
  const cursor = found >= 0 ? found : Math.max(0, Math.min(ui.cursor, entries.length - 1));
  const selected = found >= 0 ? ui.selected : (entries[cursor]?.task.id ?? null);
  return { ...ui, cursor, selected, offset: scrollTo(ui.offset, cursor, { rows, total: entries.length }) };
}

/** @param parts its `ui` is settled */
export function compose({ model, ui, size, now, connection, log, schedules, notice }: Parts): Scene {
  const { entries, book } = model;
  const visible = entries.slice(ui.offset, ui.offset + listLayout(size, ui.logOpen).tableRows);
  const chosen = entries[ui.cursor]?.task;
  return {
    size,
    now,
    ui,
    connection,
    log,
    schedules,
    notice,
    loaded: model.loaded,
    counts: countsOf(model),
    host: model.host?.host ?? null,
    // Slots in use follow from the events, so that header and rows never contradict each other.
    groups: (model.host?.groups ?? []).map((group) => ({ ...group, running: book.slotsUsed(group.name) })),
    total: book.tasks.size,
    shown: entries.length,
    uses: { ...book.uses },
    idDigits: String(book.lastId).length,
    rows: visible.map(({ task }) => factsOf(model, task)),
    cursorRow: ui.cursor - ui.offset,
    chosen: chosen === undefined ? undefined : factsOf(model, chosen),
  };
}
