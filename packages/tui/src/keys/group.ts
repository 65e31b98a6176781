/** Keys that act on groups. */
import type { KeyRow } from "../keys.ts";
import { groups } from "./pages.ts";

export const GROUP_KEYS: readonly KeyRow[] = [
  {
    action: "pause",
    keys: ["p"],
    cap: "p",
    help: "pause the group, or let it go on",
    section: "Groups",
    pages: groups,
  },
  { action: "raise", keys: ["+", "="], cap: "+", help: "one slot more", section: "Groups", pages: groups },
  { action: "lower", keys: ["-"], cap: "-", help: "one slot less", section: "Groups", pages: groups },
];
