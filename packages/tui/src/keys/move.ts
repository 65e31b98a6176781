/** Keys that move the cursor and turn to the tabs. */
import type { KeyRow } from "../keys.ts";
import { everywhere, tabs } from "./pages.ts";

export const MOVE_KEYS: readonly KeyRow[] = [
  { action: "up", keys: ["up", "k"], cap: "↑ k", help: "up a line", section: "Move", pages: everywhere },
  { action: "down", keys: ["down", "j"], cap: "↓ j", help: "down a line", section: "Move", pages: everywhere },
  { action: "page-up", keys: ["pageup", "ctrl+b"], cap: "PgUp", help: "up a page", section: "Move", pages: everywhere },
  {
    action: "page-down",
    keys: ["pagedown", "ctrl+f"],
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
  { action: "tab-tasks", keys: ["1"], cap: "1", help: "the tasks", section: "Move", pages: tabs },
  { action: "tab-groups", keys: ["2"], cap: "2", help: "the groups", section: "Move", pages: tabs },
  { action: "tab-schedules", keys: ["3"], cap: "3", help: "the schedules", section: "Move", pages: tabs },
  { action: "tab-host", keys: ["4"], cap: "4", help: "the host and its last day", section: "Move", pages: tabs },
  { action: "tab-events", keys: ["5"], cap: "5", help: "what happened", section: "Move", pages: tabs },
];
