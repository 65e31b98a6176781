/** Keys of the screen itself: the palette, the way back, the help and the way out. */
import type { KeyRow } from "../keys.ts";
import { away, everywhere, tabs } from "./pages.ts";

export const SCREEN_KEYS: readonly KeyRow[] = [
  {
    action: "palette",
    keys: [":"],
    cap: ":",
    help: "any verb of the command line, by name",
    section: "Screen",
    pages: everywhere.filter((page) => page !== "help"),
    footer: { word: "verbs", rank: 4 },
  },
  {
    action: "back",
    keys: ["escape", "return", "q"],
    cap: "Esc",
    help: "back",
    section: "Screen",
    pages: away,
    footer: { word: "back", rank: 1 },
  },
  {
    action: "back",
    keys: ["escape"],
    cap: "Esc",
    help: "untag; clear the filter; leave a page or a question",
    section: "Screen",
    pages: tabs,
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
    pages: tabs,
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
