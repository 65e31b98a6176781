import { expect, test } from "vitest";
import { COLUMNS, MARGIN, placeColumns, type Uses } from "./columns.ts";

const ALL: Uses = { labels: true, groups: true, priorities: true, attempts: true };
const NONE: Uses = { labels: false, groups: false, priorities: false, attempts: false };

test.for([1, 5, 9])(
  "fills every width from the smallest on, whatever columns are seen, with ids of %i digits",
  (idDigits) => {
    for (let width = 40; width <= 320; width += 1) {
      for (let turn = 0; turn < 4; turn += 1) {
        const { columns } = placeColumns(width, { uses: idDigits > 1 ? ALL : NONE, idDigits, turn });
        const used = columns.reduce(
          (sum, column) => sum + column.width + column.gap,
          MARGIN + 1 - (columns[0]?.gap ?? 0),
        );
        if (columns.some(({ id }) => id === "command")) expect(used, `${width} columns, turn ${turn}`).toBe(width);
        else expect(used, `${width} columns, turn ${turn}`).toBeLessThanOrEqual(width);
      }
    }
  },
);

test("what has no room is seen in turn, at every width", () => {
  for (let width = 40; width <= 320; width += 1) {
    const turns = Array.from({ length: 12 }, (_, turn) => placeColumns(width, { uses: ALL, idDigits: 9, turn }));
    const seen = new Set(turns.flatMap(({ columns }) => columns.map(({ id }) => id)));
    expect(seen.size, `${width} columns`).toBe(COLUMNS.length);
    expect(turns[0]?.others).toBe(COLUMNS.length - (turns[0]?.columns.length ?? 0));
  }
});

test("a course stands beside its number; id and label tell which task it is", () => {
  const { columns } = placeColumns(80, { uses: ALL, idDigits: 3, turn: 1 });
  expect(columns.map(({ id }) => id)).toEqual([
    "state",
    "id",
    "group",
    "priority",
    "attempt",
    "age",
    "cpu",
    "cpuCourse",
    "memory",
    "memoryCourse",
    "label",
  ]);
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
  expect(placeColumns(width, { uses: ALL, idDigits: 2 }).columns.map(({ id }) => id)).toEqual(ids);
});

test("leaves out what no task has", () => {
  const ids = placeColumns(200, { uses: NONE, idDigits: 2 }).columns.map(({ id }) => id);
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
