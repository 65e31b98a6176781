/** What keys can do, and the menus and tabs they open, as data. */
import { ACT_KEYS } from "./keys/act.ts";
import { GROUP_KEYS } from "./keys/group.ts";
import { MOVE_KEYS } from "./keys/move.ts";
import { RECORDER_KEYS } from "./keys/recorder.ts";
import { SCREEN_KEYS } from "./keys/screen.ts";
import { SEE_KEYS } from "./keys/see.ts";

export type Step = "up" | "down" | "page-up" | "page-down" | "top" | "bottom";
export type TabAction = "tab-tasks" | "tab-groups" | "tab-schedules" | "tab-host" | "tab-events";
/** Those that ask something of the daemon. */
export type TaskVerb = "kill" | "cancel" | "pause" | "retry" | "hold" | "raise" | "lower" | "remove" | "continue";
export type RecorderAction = "play" | "back-10s" | "on-10s" | "back-1m" | "on-1m" | "slower" | "faster";

/** Those that change what is seen, and nothing else. */
export type ViewAction =
  | Step
  | TabAction
  | "filter"
  | "sort"
  | "reverse"
  | "by-group"
  | "columns"
  | "tag"
  | "tag-all"
  | "log"
  | "pane"
  | "read"
  | "follow"
  | "palette"
  | "back"
  | "help";

export type Action =
  | ViewAction
  | TaskVerb
  | RecorderAction
  | "seen"
  | "all-seen"
  | "edit"
  | "undo"
  | "quit"
  | "interrupt"
  | "suspend"
  | "redraw";

/** `list` is the tab of the tasks, `log` the pane on the whole screen, `output` what a verb printed. */
export type Page = "list" | "log" | "help" | "output" | "groups" | "schedules" | "host" | "events";
export type KeySection = "Move" | "See" | "Act on the task" | "Groups" | "Flight recorder" | "Screen";

export type KeyRow = {
  action: Action;
  /** Names of keys as `keyName` makes them. */
  keys: readonly string[];
  /** What the help and the footer call the keys. */
  cap: string;
  help: string;
  section: KeySection;
  pages: readonly Page[];
  /** The word in the footer, and how long it stays when there is little room (1 stays longest). */
  footer?: { word: string; rank: number };
};

export type Tab = { page: Page; action: TabAction; word: string };

export const TABS: readonly Tab[] = [
  { page: "list", action: "tab-tasks", word: "tasks" },
  { page: "groups", action: "tab-groups", word: "groups" },
  { page: "schedules", action: "tab-schedules", word: "schedules" },
  { page: "host", action: "tab-host", word: "host" },
  { page: "events", action: "tab-events", word: "events" },
];

export const SORT_KEYS = [
  "attention",
  "id",
  "state",
  "time",
  "cpu",
  "memory",
  "label",
  "command",
  "group",
  "priority",
  "attempt",
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** Letters of the sort menu. `down` is the direction one wants first. */
export const SORT_MENU: readonly { key: string; sort: SortKey; word: string; down: boolean }[] = [
  { key: "a", sort: "attention", word: "attention", down: false },
  { key: "i", sort: "id", word: "id", down: true },
  { key: "s", sort: "state", word: "state", down: false },
  { key: "t", sort: "time", word: "time", down: true },
  { key: "c", sort: "cpu", word: "cpu", down: true },
  { key: "m", sort: "memory", word: "memory", down: true },
  { key: "l", sort: "label", word: "label", down: false },
  { key: "o", sort: "command", word: "command", down: false },
  { key: "g", sort: "group", word: "group", down: false },
  { key: "p", sort: "priority", word: "priority", down: true },
  { key: "n", sort: "attempt", word: "attempt", down: true },
];

/** The kill menu; `y` is the yes to the question. */
export const KILL_MENU: readonly { key: string; signal: string; word: string }[] = [
  { key: "y", signal: "SIGTERM", word: "yes, TERM" },
  { key: "i", signal: "SIGINT", word: "INT" },
  { key: "h", signal: "SIGHUP", word: "HUP" },
  { key: "u", signal: "SIGUSR1", word: "USR1" },
  { key: "9", signal: "SIGKILL", word: "KILL" },
];

/** All of them: they move the screen and make the help page, the footer and the page in the docs. */
export const KEYS: readonly KeyRow[] = [
  ...MOVE_KEYS,
  ...SEE_KEYS,
  ...ACT_KEYS,
  ...GROUP_KEYS,
  ...RECORDER_KEYS,
  ...SCREEN_KEYS,
];

/** What a key does on a page. */
export function actionOf(key: string, page: Page): Action | undefined {
  return KEYS.find((row) => row.pages.includes(page) && row.keys.includes(key))?.action;
}
