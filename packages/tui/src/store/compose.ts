/** Puts model and choices together into the scene: where the cursor is, which lines are seen. Pure. */
import { logLayout, listLayout, scrollTo, type Layout, type Size } from "../view/layout.ts";
import type { Model } from "./model.ts";
import { countsOf, factsOf, type Limits, type Marks, type Scene, type TableLine } from "./scene.ts";
import { lineOf, placesIn } from "./sections.ts";
import type { UiState } from "./ui-state.ts";

/** What the scene takes over as it is. */
type Given =
  | "ui"
  | "size"
  | "now"
  | "wallNow"
  | "connection"
  | "log"
  | "side"
  | "output"
  | "verbs"
  | "recorder"
  | "notice";
export type Parts = Pick<Scene, Given> & {
  model: Model;
  leaving: ReadonlySet<number>;
  /** What the daemon keeps free for everything else. */
  reserve: Reserve | null;
};
export type Reserve = { memoryBytes: number; cpus: number };

const MINUTES_SHOWN = 30;

export function layoutOf(ui: UiState, size: Size): Layout {
  return ui.page === "list" ? listLayout(size, ui) : logLayout(size, ui);
}

/** Finds the chosen task again after things moved; one that is gone leaves the cursor where it was. */
export function settle(ui: UiState, { entries, headings, book, host }: Model, size: Size): UiState {
  const rows = listLayout(size, ui).tableRows;
  const found = ui.selected === null ? 0 : entries.findIndex(({ task }) => task.id === ui.selected);
  const cursor = found >= 0 ? found : Math.max(0, Math.min(ui.cursor, entries.length - 1));
  const selected = found >= 0 ? ui.selected : (entries[cursor]?.task.id ?? null);
  const total = entries.length + headings.length;
  const line = lineOf(headings, cursor);
  // The heading above the first task of a section comes into sight with it.
  const headed = headings.some(({ start }) => start === cursor) && ui.offset >= line ? line - 1 : line;
  const offset = scrollTo(scrollTo(ui.offset, headed, { rows, total }), line, { rows, total });
  return { ...ui, ...settleTab(ui, host), cursor, selected, offset, tagged: stillThere(ui.tagged, book.tasks) };
}

/** A key must not act on another group because one before it is new or gone. */
function settleTab({ page, tabCursor, tabGroup }: UiState, host: Model["host"]): Partial<UiState> {
  if (page !== "groups" || host === null) return {};
  const found = host.groups.findIndex(({ name }) => name === tabGroup);
  const cursor = found >= 0 ? found : Math.max(0, Math.min(tabCursor, host.groups.length - 1));
  return { tabCursor: cursor, tabGroup: host.groups[cursor]?.name ?? null };
}

function stillThere(tagged: ReadonlySet<number>, tasks: ReadonlyMap<number, unknown>): ReadonlySet<number> {
  return [...tagged].every((id) => tasks.has(id)) ? tagged : new Set([...tagged].filter((id) => tasks.has(id)));
}

/** @param parts its `ui` is settled */
export function compose({ model, leaving, reserve, ...given }: Parts): Scene {
  const { entries, book } = model;
  const { ui, size, now } = given;
  const marks: Marks = { tagged: ui.tagged, leaving };
  const lines = linesOf(model, marks, { from: ui.offset, to: ui.offset + listLayout(size, ui).tableRows });
  const chosen = entries[ui.cursor]?.task;
  const tagged = [...ui.tagged].flatMap((id) => book.tasks.get(id) ?? []);
  return {
    ...given,
    loaded: model.loaded,
    counts: countsOf(model),
    // A machine without cores is one of which nothing is known, as of times before its history begins.
    host: model.host !== null && model.host.host.cores > 0 ? model.host.host : null,
    hostCourse: model.history.host,
    limits: limitsOf(model, reserve),
    throughput: { perMinute: model.recent.perMinute(now), course: model.recent.course(now, MINUTES_SHOWN) },
    // Slots in use follow from the events, so that header and rows never contradict each other.
    groups: (model.host?.groups ?? []).map((group) => ({ ...group, ...book.runningIn(group.name) })),
    total: book.tasks.size,
    shown: entries.length,
    uses: { ...book.uses },
    idDigits: String(book.lastId).length,
    lines,
    cursorRow: lineOf(model.headings, ui.cursor) - ui.offset,
    rows: lines.flatMap((line) => (line.kind === "task" ? [line.facts] : [])),
    chosen: chosen === undefined ? undefined : factsOf(model, chosen, marks),
    targets: tagged.length > 0 ? tagged : chosen === undefined ? [] : [chosen],
    events: model.recent.rows,
  };
}

function linesOf(model: Model, marks: Marks, range: { from: number; to: number }): TableLine[] {
  const { entries, headings } = model;
  return placesIn(headings, entries.length, range).flatMap((place): TableLine[] => {
    if (place.kind === "heading") return [place];
    const task = entries[place.index]?.task;
    return task === undefined ? [] : [{ kind: "task", facts: factsOf(model, task, marks) }];
  });
}

/** Tasks are let in until this much of the machine is taken. */
function limitsOf({ host }: Model, reserve: Reserve | null): Limits {
  if (host === null || reserve === null) return { cpu: null, memory: null };
  const { memTotalBytes, cores } = host.host;
  const memory = memTotalBytes > 0 ? 1 - reserve.memoryBytes / memTotalBytes : null;
  const cpu = reserve.cpus > 0 && cores > 0 ? 1 - reserve.cpus / cores : null;
  return { cpu: cpu === null ? null : Math.max(0, cpu), memory: memory === null ? null : Math.max(0, memory) };
}
