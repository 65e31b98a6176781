import { expect, test } from "vitest";
import { KEYS, KILL_MENU, SORT_MENU, actionOf, type Page } from "../keys.ts";
import { FIRST_UI, type UiState } from "../store/ui-state.ts";
import { ended, held, makeTask, paused, queued, running } from "../testing/make-task.ts";
import { lookOf } from "../theme.ts";
import { footerLine, suggestionLines, type FooterFacts } from "./footer.ts";
import { helpLines } from "./help.ts";
import { spansWidth } from "./line.ts";

const look = lookOf({ color: true, ascii: false });
const task = makeTask(12, running(1), { label: "make all" });
const verb = (name: string, takesTasks = false) => ({
  name,
  summary: `what ${name} does`,
  takesTasks,
  reads: false,
  ownsTerminal: false,
});
const FACTS: FooterFacts = {
  ui: FIRST_UI,
  targets: [task],
  verbs: [verb("list"), verb("kill", true), verb("clean")],
  notice: null,
  recorder: null,
};
const show = (facts: Partial<FooterFacts>, width = 80) =>
  footerLine({ ...FACTS, ...facts }, { width, look })
    .spans.map(({ text }) => text)
    .join("");
const asking = (prompt: UiState["prompt"], more: Partial<UiState> = {}) => ({ ui: { ...FIRST_UI, prompt, ...more } });

test("shows the most wanted keys that fit", () => {
  expect(show({}).trim()).toBe("/ filter  s sort  Tab pane  K kill  p pause  r retry  : verbs  ? help  q quit");
  expect(show({}, 40).trim()).toBe("/ filter  K kill  ? help  q quit");
  expect(show({}, 140)).toContain("Enter read");
  expect(show({ ui: { ...FIRST_UI, page: "log" } })).toContain("Esc back");
});

test("names the keys for the task, and dims those that make no sense", () => {
  expect(show({ targets: [makeTask(1, paused(1))] })).toContain("p resume");
  expect(show({ targets: [makeTask(1, held())] }, 120)).toContain("h release");
  const capOf = (facts: Partial<FooterFacts>, cap: string) =>
    footerLine({ ...FACTS, ...facts }, { width: 120, look }).spans.find(({ text }) => text === cap)?.style;
  expect(capOf({}, "K")).toBe("key");
  expect(capOf({ targets: [makeTask(1, queued(1))] }, "K")).toBe("dim");
  expect(capOf({ targets: [makeTask(1, ended("failed", 1))] }, "r")).toBe("key");
  expect(capOf({ targets: [] }, "r")).toBe("dim");
});

test("asks, and shows what was typed", () => {
  expect(show(asking({ kind: "kill", ids: [12] })).trim()).toBe(
    "Kill 12 make all?   y yes, TERM  i INT  h HUP  u USR1  9 KILL  n no",
  );
  expect(show(asking({ kind: "kill", ids: [12] }), 60)).toContain("Kill task 12?");
  expect(show(asking({ kind: "cancel", ids: [9] }))).toContain("Cancel task 9, which runs?   y yes  n no");
  expect(show(asking({ kind: "filter", before: "" }, { filter: "make" }))).toMatch(
    /^ \/ make▏ +Enter keeps it, Esc clears it $/,
  );
  expect(show(asking({ kind: "filter", before: "" }, { filter: `${"x".repeat(200)}end` }))).toContain("xend▏");
  const saying = { kind: "say", ids: [12], text: "Mend it" } as const;
  expect(show(asking({ ...saying, to: "ended" }))).toMatch(/^ Continue task 12: Mend it▏ *$/);
  expect(show(asking({ ...saying, to: "unfinished", text: "" }), 120)).toMatch(
    /^ Say to 12 make all: ▏ +Enter sends it, Esc leaves it $/,
  );
  const long = asking({ ...saying, to: "ended", text: `${"x".repeat(4000)}end` });
  expect(show(long)).toMatch(/^ Continue task 12: x+end▏ *$/);
  expect(spansWidth(footerLine({ ...FACTS, ...long }, { width: 80, look }).spans)).toBe(80);
  expect(show(asking({ kind: "sort" }))).toContain("a attention  i id");
});

test("says what happened, on one line whatever it holds", () => {
  expect(show({ notice: { text: "Cannot\u001b[2J do it\n", style: "bad" } })).toBe(" Cannot␛[2J do it⏎");
});

test("is never wider than the terminal", () => {
  for (let width = 40; width <= 220; width += 1) {
    for (const facts of [
      {},
      asking({ kind: "kill", ids: [12] }),
      asking({ kind: "sort" }),
      asking({ kind: "filter", before: "" }, { filter: "日".repeat(99) }),
    ]) {
      const line = footerLine({ ...FACTS, ...facts }, { width, look });
      expect(spansWidth(line.spans), `${width} columns`).toBeLessThanOrEqual(width);
    }
    for (const { spans } of helpLines(width, look))
      expect(spansWidth(spans), `${width} columns`).toBeLessThanOrEqual(width);
  }
});

test("no key means two things on one page or in one menu, and the help names every one", () => {
  const pages: readonly Page[] = ["list", "log", "help", "output", "groups", "schedules", "host", "events"];
  for (const page of pages) {
    const keys = KEYS.filter((row) => row.pages.includes(page)).flatMap((row) => row.keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    for (const key of keys) expect(actionOf(key, page)).toBeDefined();
  }
  for (const menu of [SORT_MENU, KILL_MENU]) expect(new Set(menu.map(({ key }) => key)).size).toBe(menu.length);
});

test.for([40, 60, 80, 120])("the help has every word of every key at %i columns", (width) => {
  const lines = helpLines(width, look).map(({ spans }) => spans.map(({ text }) => text).join(""));
  const help = lines.join(" ").replace(/ +/g, " ");
  for (const row of KEYS) expect(help).toContain(`${row.cap} ${row.help}`);
  for (const { key, word } of [...SORT_MENU, ...KILL_MENU]) expect(help).toContain(`${key} ${word}`);
  expect(help).not.toContain(look.glyphs.ellipsis);
});

test("the palette shows what fits, and what would be run", () => {
  const typed = (text: string, choice = 0) => asking({ kind: "palette", text, choice });
  expect(show(typed("ki"))).toMatch(/^ : ki▏ +claudine kill 12 $/);
  expect(show(typed("kill 7 -s HUP"), 100)).toContain("claudine kill 7 -s HUP");
  expect(show(typed("nonsense"))).toContain("no such verb");
  const lines = suggestionLines({ ...FACTS, ...typed("", 1) }, 10, { width: 60, look });
  expect(lines.map(({ selected }) => selected)).toEqual([undefined, true, undefined]);
  expect(lines.map(({ spans }) => spansWidth(spans))).toEqual([60, 60, 60]);
});
