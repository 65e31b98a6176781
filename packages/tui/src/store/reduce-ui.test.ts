import { expect, test } from "vitest";
import type { ViewAction } from "../keys.ts";
import type { Surroundings } from "./moving.ts";
import { chooseSort, reduceUi } from "./reduce-ui.ts";
import { FIRST_UI, type UiState } from "./ui-state.ts";

const AROUND: Surroundings = {
  total: 50,
  idAt: (index) => (index < 50 ? 100 + index : undefined),
  tableRows: 10,
  log: { first: 20, endTop: 80, rows: 15 },
  text: { lines: 40, rows: 22 },
  tabRows: 30,
};
const after = (ui: UiState, ...actions: ViewAction[]) =>
  actions.reduce((state, action) => reduceUi(state, action, AROUND), ui);

test("moves the cursor by lines, pages and to both ends", () => {
  const place = (...actions: ViewAction[]) => [
    after(FIRST_UI, ...actions).cursor,
    after(FIRST_UI, ...actions).selected,
  ];
  expect(place("up")).toEqual([0, 100]);
  expect(place("down", "down")).toEqual([2, 102]);
  expect(place("page-down", "page-down", "page-up", "up")).toEqual([8, 108]);
  expect(place("bottom", "down")).toEqual([49, 149]);
  expect(place("bottom", "top")).toEqual([0, null]);
  expect(reduceUi(FIRST_UI, "down", { ...AROUND, total: 0 })).toMatchObject({ cursor: 0, selected: null });
});

test("scrolls the log from where it follows, and follows again at the end", () => {
  const reading = after(FIRST_UI, "read");
  expect(after(reading, "up").logTop).toBe(79);
  expect(after(reading, "page-up", "page-up", "down").logTop).toBe(53);
  expect(after(reading, "top", "up").logTop).toBe(20);
  expect(after(reading, "up", "down").logTop).toBe(null);
  expect(after(reading, "top", "bottom").logTop).toBe(null);
  expect(after(reading, "follow").logTop).toBe(80);
  expect(after(reading, "follow", "follow").logTop).toBe(null);
});

test("goes back page by page, and clears the filter on the list", () => {
  const reading = { ...after(FIRST_UI, "read"), filter: "x" };
  expect(after(reading, "help", "back")).toMatchObject({ page: "log", filter: "x" });
  expect(after(reading, "up", "back")).toMatchObject({ page: "list", filter: "x", logTop: null });
  expect(after(reading, "back", "back")).toMatchObject({ page: "list", filter: "" });
  expect(after(FIRST_UI, "help", "help").page).toBe("list");
  expect(after(FIRST_UI, "help", "page-down", "page-down", "down").textTop).toBe(18);
});

test("sorts by the letter, turns the same one round, and leaves others alone", () => {
  const cpu = chooseSort(after(FIRST_UI, "sort"), "c");
  expect(cpu).toMatchObject({ prompt: null, sort: { by: "cpu", down: true } });
  expect(chooseSort(cpu, "c").sort).toEqual({ by: "cpu", down: false });
  expect(after(cpu, "reverse").sort).toEqual({ by: "cpu", down: false });
  expect(chooseSort(cpu, "z").sort).toEqual(cpu.sort);
  expect(chooseSort(cpu, "l").sort).toEqual({ by: "label", down: false });
});
