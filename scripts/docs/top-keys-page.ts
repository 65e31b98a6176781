/** docs/reference/top-keys.md, from the tables of keys and menus of the screen. */
import { KEYS, KILL_MENU, SORT_MENU, TABS, type KeyRow, type Page } from "../../packages/tui/src/keys.ts";
import { code, page, table } from "./markdown.ts";

const PAGE_WORDS: Readonly<Record<Page, string>> = {
  list: "tasks",
  log: "a pane on the whole screen",
  help: "help",
  output: "what a verb printed",
  groups: "groups",
  schedules: "schedules",
  host: "host",
  events: "events",
};

export function topKeysPage(): string {
  const sections = [...new Set(KEYS.map(({ section }) => section))];
  return page(
    "Keys of claudine top",
    "`?` shows this on the screen. [The live screen](../top.md) says what is what.",
    ...sections.flatMap((section) => [`## ${section}`, keysTable(KEYS.filter((row) => row.section === section))]),
    "## Menus",
    "`K` asks which signal, `s` which column; in the sort menu the column that is on turns round.",
    table(
      ["Kill", ""],
      KILL_MENU.map(({ key, word }) => [code(key), word]),
    ),
    table(
      ["Sort", ""],
      SORT_MENU.map(({ key, word }) => [code(key), word]),
    ),
  );
}

function keysTable(rows: readonly KeyRow[]): string {
  return table(
    ["Key", "Does", "On"],
    rows.map(({ keys, help, pages }) => [keys.map(code).join(" "), help, placesText(pages)]),
  );
}

function placesText(pages: readonly Page[]): string {
  if (pages.length === Object.keys(PAGE_WORDS).length) return "everywhere";
  if (TABS.every((tab) => pages.includes(tab.page)) && pages.length === TABS.length) return "the tabs";
  return pages.map((one) => PAGE_WORDS[one]).join(", ");
}
