/** What the person at the screen has chosen. */
import type { Page } from "../keys.ts";
import type { Sort } from "./order.ts";
import type { PaneId } from "./pane-id.ts";

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
