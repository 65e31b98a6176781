import { expect, test } from "vitest";
import { gapOf, MARGIN, placeColumns, type Uses } from "./columns.ts";

const ALL: Uses = { labels: true, groups: true, priorities: true, attempts: true };
const NONE: Uses = { labels: false, groups: false, priorities: false, attempts: false };

test("fills every width from the smallest on, and never more", () => {
  for (const idDigits of [1, 5, 9]) {
    for (let width = 40; width <= 320; width += 1) {
      const columns = placeColumns(width, { uses: idDigits > 1 ? ALL : NONE, idDigits });
      const used = columns.reduce(
        (sum, column) => sum + column.width,
        MARGIN + 1 + gapOf(width) * (columns.length - 1),
      );
      expect(used, `${width} columns`).toBe(width);
    }
  }
});

test.for([
  [40, ["state", "id", "time", "command"]],
  [80, ["state", "id", "time", "cpu", "memory", "label", "command", "reason"]],
  [
    200,
    [
      "state",
      "id",
      "group",
      "priority",
      "attempt",
      "age",
      "time",
      "cpu",
      "cpuCourse",
      "memory",
      "memoryCourse",
      "label",
      "command",
      "reason",
    ],
  ],
] as const)("at %i columns shows %j", ([width, ids]) => {
  expect(placeColumns(width, { uses: ALL, idDigits: 2 }).map(({ id }) => id)).toEqual(ids);
});

test("leaves out what no task has", () => {
  const ids = placeColumns(200, { uses: NONE, idDigits: 2 }).map(({ id }) => id);
  expect(ids).toEqual([
    "state",
    "id",
    "age",
    "time",
    "cpu",
    "cpuCourse",
    "memory",
    "memoryCourse",
    "command",
    "reason",
  ]);
});
