/** Colours and characters as data: what each style looks like, and the sets for terminals that can and cannot draw lines. */
import type { TaskState } from "@claudine/protocol/task";

export type StyleName =
  | "plain"
  | "dim"
  | "bold"
  | "good"
  | "bad"
  | "warn"
  | "info"
  | "odd"
  | "key"
  | "alarm"
  | "inverse";

/** Parameters of SGR sequences; the sixteen colours of the terminal, so that light and dark backgrounds both work. */
type Styles = Readonly<Record<StyleName, readonly string[]>>;

export const COLOR: Styles = {
  plain: [],
  dim: ["2"],
  bold: ["1"],
  good: ["32"],
  bad: ["31"],
  warn: ["33"],
  info: ["36"],
  odd: ["35"],
  key: ["1"],
  // Both said: inverse yellow would be white on yellow where the background is light.
  alarm: ["30", "43"],
  inverse: ["7"],
};

/** Without colours weight alone tells things apart. */
export const MONO: Styles = {
  plain: [],
  dim: ["2"],
  bold: ["1"],
  good: [],
  bad: ["1"],
  warn: ["1"],
  info: [],
  odd: ["1"],
  key: ["1"],
  alarm: ["7"],
  inverse: ["7"],
};

/** Text that goes into no terminal. */
export const BARE: Styles = {
  plain: [],
  dim: [],
  bold: [],
  good: [],
  bad: [],
  warn: [],
  info: [],
  odd: [],
  key: [],
  alarm: [],
  inverse: [],
};

export type Glyphs = {
  states: Readonly<Record<TaskState, string>>;
  barFull: string;
  barEmpty: string;
  rule: string;
  ellipsis: string;
  dot: string;
  up: string;
  down: string;
  stderr: string;
  cursor: string;
  caret: string;
  dash: string;
  /** Tagged rows begin with it. */
  tag: string;
  /** The mark of a limit on a bar. */
  limit: string;
  side: string;
  /** Eight heights, lowest first. */
  spark: readonly string[];
  play: string;
  still: string;
};

export const UNICODE: Glyphs = {
  states: {
    queued: "○",
    held: "◌",
    running: "●",
    paused: "◍",
    succeeded: "✓",
    failed: "✗",
    cancelled: "−",
    "timed-out": "✗",
    lost: "?",
    skipped: "»",
  },
  barFull: "━",
  barEmpty: "─",
  rule: "─",
  ellipsis: "…",
  dot: "·",
  up: "▲",
  down: "▼",
  stderr: "▎",
  cursor: " ",
  caret: "▏",
  dash: "–",
  tag: "▌",
  limit: "┃",
  side: "│",
  spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  play: "▶",
  still: "■",
};

export const ASCII: Glyphs = {
  states: {
    queued: ".",
    held: "o",
    running: ">",
    paused: "=",
    succeeded: "+",
    failed: "x",
    cancelled: "-",
    "timed-out": "x",
    lost: "?",
    skipped: "/",
  },
  barFull: "#",
  barEmpty: "-",
  rule: "-",
  ellipsis: "~",
  dot: "|",
  up: "^",
  down: "v",
  stderr: "!",
  cursor: ">",
  caret: "_",
  dash: "-",
  tag: "*",
  limit: "|",
  side: "|",
  spark: ["_", ".", ",", "-", "=", "+", "*", "#"],
  play: ">",
  still: "=",
};

export const STATE_STYLE: Readonly<Record<TaskState, StyleName>> = {
  queued: "info",
  held: "odd",
  running: "good",
  paused: "warn",
  succeeded: "dim",
  failed: "bad",
  cancelled: "dim",
  "timed-out": "bad",
  lost: "bad",
  skipped: "dim",
};

/** In the order of the table: what needs attention first. */
export const STATES: readonly TaskState[] = [
  "running",
  "paused",
  "queued",
  "held",
  "succeeded",
  "failed",
  "timed-out",
  "lost",
  "cancelled",
  "skipped",
];

/** How everything is drawn; fixed for the life of the screen. */
export type Look = { styles: Styles; glyphs: Glyphs; ascii: boolean; color: boolean };

export function lookOf({ color, ascii, bare }: { color: boolean; ascii: boolean; bare?: boolean }): Look {
  return { styles: color ? COLOR : bare === true ? BARE : MONO, glyphs: ascii ? ASCII : UNICODE, ascii, color };
}
