/** The keys as data: this table moves the screen, makes the help page and the footer. */

export type Action =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "top"
  | "bottom"
  | "filter"
  | "sort"
  | "reverse"
  | "log"
  | "read"
  | "follow"
  | "schedules"
  | "back"
  | "kill"
  | "cancel"
  | "pause"
  | "retry"
  | "hold"
  | "help"
  | "quit"
  | "interrupt"
  | "suspend"
  | "redraw";

export type Page = "list" | "log" | "schedules" | "help";
export type KeySection = "Move" | "See" | "Act on the task" | "Screen";

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

const everywhere = ["list", "log", "schedules", "help"] as const;
const withTask = ["list", "log"] as const;
const list = ["list"] as const;

export const KEYS: readonly KeyRow[] = [
  { action: "up", keys: ["up", "k"], cap: "↑ k", help: "up a line", section: "Move", pages: everywhere },
  { action: "down", keys: ["down", "j"], cap: "↓ j", help: "down a line", section: "Move", pages: everywhere },
  { action: "page-up", keys: ["pageup", "ctrl+b"], cap: "PgUp", help: "up a page", section: "Move", pages: everywhere },
  {
    action: "page-down",
    keys: ["pagedown", "ctrl+f", "space"],
    cap: "PgDn",
    help: "down a page",
    section: "Move",
    pages: everywhere,
  },
  {
    action: "top",
    keys: ["g", "home"],
    cap: "g",
    help: "to the top, and stay with whatever is there",
    section: "Move",
    pages: everywhere,
  },
  { action: "bottom", keys: ["G", "end"], cap: "G", help: "to the end", section: "Move", pages: everywhere },

  {
    action: "filter",
    keys: ["/"],
    cap: "/",
    help: "filter: words, 5, 1-3,7, a state, label:x, group:x, !not",
    section: "See",
    pages: list,
    footer: { word: "filter", rank: 3 },
  },
  {
    action: "sort",
    keys: ["s"],
    cap: "s",
    help: "sort by a column",
    section: "See",
    pages: list,
    footer: { word: "sort", rank: 6 },
  },
  { action: "reverse", keys: ["S"], cap: "S", help: "turn the order round", section: "See", pages: list },
  {
    action: "read",
    keys: ["return"],
    cap: "Enter",
    help: "read the log on the whole screen",
    section: "See",
    pages: list,
    footer: { word: "read", rank: 10 },
  },
  {
    action: "log",
    keys: ["l", "tab"],
    cap: "l",
    help: "show or hide the log (also Tab)",
    section: "See",
    pages: list,
    footer: { word: "log", rank: 5 },
  },
  {
    action: "follow",
    keys: ["f"],
    cap: "f",
    help: "follow the log as it grows, or hold it still",
    section: "See",
    pages: withTask,
    footer: { word: "follow", rank: 9 },
  },

  {
    action: "schedules",
    keys: ["d"],
    cap: "d",
    help: "the schedules, with the time left to each; again: the tasks",
    section: "See",
    pages: ["list", "schedules"],
    footer: { word: "schedules", rank: 11 },
  },

  {
    action: "kill",
    keys: ["K", "x"],
    cap: "K",
    help: "end it with a signal (asks first)",
    section: "Act on the task",
    pages: withTask,
    footer: { word: "kill", rank: 4 },
  },
  {
    action: "pause",
    keys: ["p"],
    cap: "p",
    help: "pause it, or resume it",
    section: "Act on the task",
    pages: withTask,
    footer: { word: "pause", rank: 7 },
  },
  {
    action: "retry",
    keys: ["r"],
    cap: "r",
    help: "run it again",
    section: "Act on the task",
    pages: withTask,
    footer: { word: "retry", rank: 7 },
  },
  {
    action: "cancel",
    keys: ["c"],
    cap: "c",
    help: "take it out of the queue (asks first when it runs)",
    section: "Act on the task",
    pages: withTask,
    footer: { word: "cancel", rank: 8 },
  },
  {
    action: "hold",
    keys: ["h"],
    cap: "h",
    help: "hold it back, or release it",
    section: "Act on the task",
    pages: withTask,
    footer: { word: "hold", rank: 8 },
  },

  {
    action: "back",
    keys: ["escape", "return", "q"],
    cap: "Esc",
    help: "back",
    section: "Screen",
    pages: ["log", "schedules", "help"],
    footer: { word: "back", rank: 1 },
  },
  {
    action: "back",
    keys: ["escape"],
    cap: "Esc",
    help: "clear the filter; leave a page or a question",
    section: "Screen",
    pages: list,
  },
  { action: "redraw", keys: ["ctrl+l"], cap: "^L", help: "draw the screen anew", section: "Screen", pages: everywhere },
  {
    action: "suspend",
    keys: ["ctrl+z"],
    cap: "^Z",
    help: "back to the shell; `fg` returns",
    section: "Screen",
    pages: everywhere,
  },
  {
    action: "help",
    keys: ["?"],
    cap: "?",
    help: "this page",
    section: "Screen",
    pages: everywhere,
    footer: { word: "help", rank: 1 },
  },
  {
    action: "quit",
    keys: ["q"],
    cap: "q",
    help: "quit",
    section: "Screen",
    pages: list,
    footer: { word: "quit", rank: 2 },
  },
  {
    action: "interrupt",
    keys: ["ctrl+c"],
    cap: "^C",
    help: "quit from everywhere",
    section: "Screen",
    pages: everywhere,
  },
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
];

/** The kill menu; `y` is the yes to the question. */
export const KILL_MENU: readonly { key: string; signal: string; word: string }[] = [
  { key: "y", signal: "SIGTERM", word: "yes, TERM" },
  { key: "i", signal: "SIGINT", word: "INT" },
  { key: "h", signal: "SIGHUP", word: "HUP" },
  { key: "u", signal: "SIGUSR1", word: "USR1" },
  { key: "9", signal: "SIGKILL", word: "KILL" },
];

/** What a key does on a page. */
export function actionOf(key: string, page: Page): Action | undefined {
  return KEYS.find((row) => row.pages.includes(page) && row.keys.includes(key))?.action;
}
